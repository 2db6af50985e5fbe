"""The command that opens the door for editors and chats."""

from pathlib import Path
from typing import Annotated

import typer

from ..tools.errors import SetupError
from .flags import Llm, Requests, Tokens, Usd, chosen


def job_run(id: Annotated[str, typer.Argument(help="a job that was started")]) -> None:
    """Do a job in this process: what the server starts, and people do not type."""
    from ..tools.store.store import Store
    from .jobs.control import Jobs
    from .jobs.work import work
    from .settings import load

    settings = load()
    home = settings.home.absolute()
    if work(Store(home / "store.sqlite"), id, home):
        Jobs(settings).go_on()


def serve(
    context: typer.Context,
    workspace: Annotated[
        list[Path] | None, typer.Option(help="folder whose files may be read; repeat it for several; default: this one")
    ] = None,
    models: Annotated[str | None, typer.Option(help="auto, zoo (tiny models that come along) or hub")] = None,
    python: Annotated[str | None, typer.Option(help="the project's interpreter")] = None,
    llm: Llm = None,
    llm_usd: Usd = None,
    llm_tokens: Tokens = None,
    llm_requests: Requests = None,
) -> None:
    """Serve the Model Context Protocol on stdin and stdout, for Claude, VS Code and other clients."""
    from .settings import load

    try:
        from .mcp.serve import build
    except ModuleNotFoundError as e:
        raise SetupError(f"{e.name} is not installed: pip install 'diffagent-mcp[mcp]'") from e
    build(load(chosen(context.params, "models", "python")), workspace).run("stdio")
