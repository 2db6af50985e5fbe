"""`diffagent-mcp memory ...`: parse, call one use case, print."""

import json
from pathlib import Path
from typing import Annotated

import typer

from .flags import Json

app = typer.Typer(
    help="What was learned from every verdict: list, export, import, forget.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Pipeline = Annotated[str | None, typer.Option(help="only this class, such as StableDiffusionPipeline")]
Device = Annotated[str | None, typer.Option(help="only this device: cpu, cuda, mps, or its whole name")]


@app.command("list")
def list_(pipeline: Pipeline = None, device: Device = None, as_json: Json = False) -> None:
    """What is remembered, the latest first: plans with what was measured of them, or how they failed."""
    from . import memory, telling_memory
    from .app import build
    from .settings import load

    found = memory.listed(build(load()), memory.Chosen(pipeline=pipeline, device=device))
    if as_json:
        print(json.dumps([one.model_dump(mode="json") for one in found], indent=2))
    else:
        telling_memory.entries(found)


@app.command()
def export(file: Annotated[Path, typer.Argument(help="the file to write, JSON lines")]) -> None:
    """Write what was judged here to FILE, to be imported elsewhere; prompts, names and paths are left out."""
    from . import memory, telling_memory
    from .app import build
    from .settings import load

    telling_memory.exported(memory.export(build(load()), file), file)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="a file that `memory export` wrote")], as_json: Json = False
) -> None:
    """Take in what was judged elsewhere. It is data, checked line by line, and it is kept apart from your own."""
    from . import memory, telling_memory
    from .app import build
    from .settings import load

    found = memory.take_in(build(load()), file)
    if as_json:
        print(found.model_dump_json(indent=2))
    else:
        telling_memory.imported(found)


@app.command()
def forget(
    pipeline: Pipeline = None,
    device: Device = None,
    imported: Annotated[bool, typer.Option("--imported", help="only what was imported")] = False,
    before: Annotated[str | None, typer.Option(help="only what was kept before this day, such as 2026-11-23")] = None,
    everything: Annotated[bool, typer.Option("--all", help="all of it")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="do it: without it nothing is forgotten")] = False,
) -> None:
    """Forget what was learned, for good. Verdicts and pictures stay, so nothing is measured twice."""
    from . import memory, telling_memory
    from .app import build
    from .settings import load

    day = memory.before(before) if before is not None else None
    chosen = memory.Chosen(pipeline=pipeline, device=device, imported=imported, before=day)
    telling_memory.forgotten(memory.forget(build(load()), chosen, everything, yes))
