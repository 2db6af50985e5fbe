"""The command that opens the door for editors and chats."""

from pathlib import Path
from typing import Annotated

import typer

from ..tools.errors import SetupError, UsageError
from .flags import Llm, Requests, Tokens, Usd, chosen


def job_run(id: Annotated[str, typer.Argument(help="a job that was started")]) -> None:
    """Do a job in this process: what the server starts, and people do not type."""
    from ..tools.store import jobs
    from ..tools.store.store import Store
    from .jobs.control import Jobs
    from .jobs.work import work
    from .settings import load

    settings = load()
    home = settings.home.absolute()
    store = Store(home / "store.sqlite")
    if jobs.find(store, id) is None:
        raise UsageError(f"there is no job {id} in {home}; `diffagent-mcp serve` starts jobs when a client asks")
    if work(store, id, home):
        Jobs(settings).go_on()


def serve(
    context: typer.Context,
    workspace: Annotated[
        list[Path] | None, typer.Option(help="folder whose files may be read; repeat it for several; default: this one")
    ] = None,
    http: Annotated[bool, typer.Option("--http", help="over HTTP instead of stdin and stdout")] = False,
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port to listen on", min=0, max=65535)] = 8765,
    tokens: Annotated[Path | None, typer.Option(help="file of who may come in, a line NAME:TOKEN for each")] = None,
    issuer: Annotated[str | None, typer.Option(help="OAuth issuer whose tokens are accepted")] = None,
    address: Annotated[str | None, typer.Option(help="URL under which clients know the server")] = None,
    allow_host: Annotated[list[str] | None, typer.Option(help="another Host header to accept; may be repeated")] = None,
    allow_origin: Annotated[list[str] | None, typer.Option(help="a web page's Origin to accept")] = None,
    rate: Annotated[int, typer.Option(help="requests a minute that a person may make", min=1)] = 600,
    jobs: Annotated[int | None, typer.Option(help="jobs of a person at work at once; more disturb the clock")] = None,
    models: Annotated[str | None, typer.Option(help="auto, zoo (tiny models that come along) or hub")] = None,
    python: Annotated[str | None, typer.Option(help="the project's interpreter")] = None,
    llm: Llm = None,
    llm_usd: Usd = None,
    llm_tokens: Tokens = None,
    llm_requests: Requests = None,
) -> None:
    """Serve the Model Context Protocol on stdin and stdout, or over HTTP, for Claude, VS Code and other clients."""
    from .settings import load

    settings = load(chosen(context.params, "models", "python", "jobs"))
    try:
        if http:
            from .mcp.http.serving import Listen, run

            hosts, origins = tuple(allow_host or ()), tuple(allow_origin or ())
            run(settings, workspace, Listen(host, port, tokens, issuer, address, hosts, origins, rate))
        else:
            from .mcp.serve import build

            build(settings, workspace)[0].run("stdio")
    except ModuleNotFoundError as e:
        raise SetupError(f"{e.name} is not installed: pip install --force-reinstall diffagent-mcp") from e


def lsp(
    models: Annotated[str | None, typer.Option(help="auto, zoo (tiny models that come along) or hub")] = None,
    python: Annotated[str | None, typer.Option(help="the project's interpreter")] = None,
) -> None:
    """Serve the Language Server Protocol on stdin and stdout, for Neovim, Emacs, VS Code and other editors."""
    try:
        from .lsp.serve import build
    except ModuleNotFoundError as e:
        raise SetupError(f"{e.name} is not installed: pip install --force-reinstall diffagent-mcp") from e
    build({"models": models, "python": python}).start_io()
