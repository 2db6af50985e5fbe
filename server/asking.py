"""The commands that take words: `plan` and `generate`. Results on stdout, what is asked back on stderr, exit code 2."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from ..tools.errors import UsageError
from .flags import Json, Llm, Requests, Tokens, Usd, chosen

Words = Annotated[str, typer.Argument(help="what you want, in words, such as 'twice as fast, same steps'")]


def plan(
    context: typer.Context,
    words: Words,
    file: Annotated[Path | None, typer.Argument(help="the script it is about; without it, a plain one")] = None,
    pipeline: Annotated[str | None, typer.Option(help="which pipeline, where the file has several")] = None,
    python: Annotated[str | None, typer.Option(help="the project's interpreter")] = None,
    seed: Annotated[int, typer.Option(help="seed of the draw of plans")] = 0,
    llm: Llm = None,
    llm_usd: Usd = None,
    llm_tokens: Tokens = None,
    llm_requests: Requests = None,
    as_json: Json = False,
) -> None:
    """Show how WORDS are read, and which plans would be tried. Runs nothing, measures nothing."""
    from . import requests, wording
    from .app import build
    from .settings import load

    app = build(load(chosen(context.params, "python")), seed=seed)
    found = answered(
        lambda: requests.plan(app, words, file, pipeline, seed, requests.reader(app, wording.complain)), as_json
    )
    if as_json:
        print(found.model_dump_json(indent=2))
    else:
        wording.planned(found)
    wording.paid(requests.asked(app))


def generate(
    context: typer.Context,
    words: Words,
    out: Annotated[Path | None, typer.Option(help="file to write; without it, the script goes to stdout")] = None,
    force: Annotated[bool, typer.Option("--force", help="write over a file that is there")] = False,
    run: Annotated[bool, typer.Option("--run", help="also make one picture with it, on the models at hand")] = False,
    models: Annotated[str | None, typer.Option(help="for --run: auto, zoo or hub")] = None,
    python: Annotated[str | None, typer.Option(help="for --run: the project's interpreter")] = None,
    llm: Llm = None,
    llm_usd: Usd = None,
    llm_tokens: Tokens = None,
    llm_requests: Requests = None,
    as_json: Json = False,
) -> None:
    """Write the script that WORDS describe, and check that it is what they say."""
    from . import exits, requests, wording
    from .app import build
    from .settings import load

    if out is not None and out.exists() and not force:
        raise UsageError(f"{out} is there already; name another file or add --force")
    app = build(load(chosen(context.params, "models", "python")))
    reader = requests.reader(app, wording.complain)
    made = answered(lambda: requests.generate(words, reader), as_json)
    if run:
        ran = requests.run(app, made)
        if not isinstance(ran, requests.Generated):
            wording.complain(ran.message)
            raise typer.Exit(exits.of_failure(ran))
        made = ran
    if out is not None:
        wording.written(made, out)
    if as_json:
        print(json.dumps({**made.model_dump(mode="json"), "written": str(out) if out else None}, indent=2))
    else:
        wording.generated(made, out)
    wording.paid(requests.asked(app))
    raise typer.Exit(exits.USAGE if made.complaint else 0)


def answered(use_case: Any, as_json: bool) -> Any:
    """Run a use case; words that are declined or unclear become the sentence that answers them."""
    from . import exits, requests, wording

    try:
        return use_case()
    except requests.Unanswered as e:
        if as_json:
            print(json.dumps({"request": e.request.model_dump(mode="json")}, indent=2))
        wording.complain(e.request.question or "the words cannot be read")
        raise typer.Exit(exits.USAGE) from e
