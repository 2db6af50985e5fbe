"""The commands that ask the knowledge base, and `revert`. Nothing is run and nothing is measured."""

import json
from pathlib import Path
from typing import Annotated

import typer

from ..tools.errors import UsageError
from .flags import Json, Models, Pipeline, Python

ForFile = Annotated[Path | None, typer.Option("--for", help="the script that it is about")]
DeviceKind = Annotated[str | None, typer.Option("--device", help="cpu, cuda or mps; default: this machine's")]
Memory = Annotated[str | None, typer.Option(help="memory of the device, such as 12GB")]


def explain(
    name: Annotated[str, typer.Argument(help="a method, a silent failure, or another page that `search` names")],
    file: ForFile = None,
    pipeline: Pipeline = None,
    python: Python = None,
    as_json: Json = False,
) -> None:
    """Everything that is known of NAME: what it does to the script, knobs, gain and cost, proof, undoing, failures."""
    from . import telling
    from .app import build
    from .explaining import explain as explained
    from .place import at_file
    from .settings import load

    app = build(load({"python": python}))
    found = explained(app, name, at_file(app, file, pipeline) if file is not None else None)
    if as_json:
        print(found.model_dump_json(indent=2))
    else:
        telling.explanation(found)


def methods(
    file: ForFile = None,
    device: DeviceKind = None,
    memory: Memory = None,
    pipeline: Pipeline = None,
    python: Python = None,
    as_json: Json = False,
) -> None:
    """The methods that are known; with --for FILE ranked for this script and device, with reasons."""
    if file is not None:
        _advice(file, device, memory, pipeline, python, as_json)
        return
    if device or memory or pipeline:
        raise UsageError("--device, --memory and --pipeline rank the methods for a script: name it with --for FILE")
    from ..knowledge.catalogue import METHODS, PLUGINS
    from . import printing

    for complaint in (p.complaint for p in PLUGINS if p.complaint is not None):
        typer.echo(f"diffagent-mcp: {complaint}", err=True)
    if as_json:
        print(json.dumps({m.slug: m.model_json_schema() for m in METHODS}, indent=2))
    else:
        printing.methods()


def _advice(
    file: Path, device: str | None, memory: str | None, pipeline: str | None, python: str | None, as_json: bool
) -> None:
    from . import parsing, telling
    from .advising import advise
    from .app import build
    from .place import at_file, device_named
    from .settings import load

    limit = parsing.megabytes(memory, "--memory") if memory is not None else None
    app = build(load({"python": python}))
    found = advise(app, at_file(app, file, pipeline, device_named(app, device, limit)), limit)
    if as_json:
        print(found.model_dump_json(indent=2))
    else:
        telling.advice(found)


def estimate(
    file: Annotated[Path, typer.Argument(help="the script that it is about")],
    speedup: Annotated[str | None, typer.Option(help="times faster, such as 2 or 2x (the default is 2)")] = None,
    latency: Annotated[str | None, typer.Option(help="seconds an image instead, such as 0.8s or 800ms")] = None,
    max_loss: Annotated[float, typer.Option(help="largest relative loss of CLIP-Score; 0.05 is 5%")] = 0.05,
    max_drift: Annotated[float, typer.Option(help="largest distance to the old pictures; 1: another seed")] = 0.35,
    device: DeviceKind = None,
    memory: Memory = None,
    pipeline: Pipeline = None,
    python: Python = None,
    models: Models = None,
    as_json: Json = False,
) -> None:
    """Say at once how probable a target is for FILE, and why. An estimate: nothing is run, nothing is measured."""
    from . import parsing, telling_memory
    from .app import build
    from .estimating import estimate as estimated
    from .place import at_file, device_named
    from .settings import load

    target = parsing.target(speedup, latency, max_loss, max_drift, "default")
    limit = parsing.megabytes(memory, "--memory") if memory is not None else None
    app = build(load({"python": python, "models": models}))
    found = estimated(app, at_file(app, file, pipeline, device_named(app, device, limit)), target, limit)
    if as_json:
        print(found.model_dump_json(indent=2))
    else:
        telling_memory.estimate(found)


def search(
    words: Annotated[list[str], typer.Argument(help="what you want to know, such as: SDXL on a 12 GB card")],
    limit: Annotated[int, typer.Option(min=1, max=100, help="pages of the knowledge base to show at most")] = 8,
    python: Python = None,
    as_json: Json = False,
) -> None:
    """Look WORDS up in everything that is known, offline: what to try, what not, with reasons and sources."""
    from . import telling
    from .app import build
    from .searching import search as searched
    from .settings import load

    found = searched(build(load({"python": python})), " ".join(words), limit)
    if as_json:
        print(found.model_dump_json(indent=2))
    else:
        telling.answer(found)


def revert(
    file: Annotated[Path, typer.Argument(help="the accelerated file")],
    show: Annotated[bool, typer.Option("--show", help="print what would be taken out, and write nothing")] = False,
    as_json: Json = False,
) -> None:
    """Take out of FILE what acceleration added to it; what you wrote since stays."""
    from . import telling
    from .reverting import revert as reverted

    found = reverted(file, not show)
    if as_json:
        print(found.model_dump_json(indent=2))
    else:
        telling.reverted(found)
