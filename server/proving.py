"""The commands for whoever doubts a speedup: `audit`, `verify` and `guard`."""

import json
from pathlib import Path
from typing import Annotated

import typer

from .complaints import measured
from .flags import Call, Json, Models, Pipeline, Prompts, Python, Request, ScriptArguments, Threads


def audit(
    file: Annotated[Path, typer.Argument(help="any script that calls a diffusers pipeline")],
    arguments: ScriptArguments = None,
    baseline: Annotated[Path | None, typer.Option(help="the script that it claims to have made faster")] = None,
    plan: Annotated[
        str | None, typer.Option(help="what was done to it, as reports write it; default: what shows while it runs")
    ] = None,
    pipeline: Pipeline = None,
    call: Call = None,
    request: Request = None,
    prompts: Prompts = None,
    models: Models = None,
    python: Python = None,
    threads: Threads = None,
    as_json: Json = False,
) -> None:
    """Ask of FILE every question that the judge asks before it believes a speedup. Exit code 1: a check caught it."""
    from . import auditing, parsing, telling_proof, wishes
    from .app import build
    from .progress import Progress
    from .settings import load

    app = build(load({"models": models, "python": python, "threads": threads}))
    start, said = wishes.started(arguments, call, request), parsing.plan(plan)
    with Progress() as progress:
        asked = auditing.Asked(file, baseline, said, pipeline, start, prompts)
        found = measured(lambda: auditing.audit(app, asked, progress))
    if as_json:
        print(found.model_dump_json(indent=2))
    else:
        telling_proof.audited(found)
    raise typer.Exit(1 if found.caught else 0)


def verify(
    report: Annotated[Path, typer.Argument(help="folder of a report that `optimize` wrote, or its manifest.json")],
    quick: Annotated[bool, typer.Option("--quick", help="on a third of the prompts")] = False,
    models: Models = None,
    python: Python = None,
    threads: Threads = None,
    as_json: Json = False,
) -> None:
    """Make the claim of REPORT again, here, and say whether it holds. Exit code 1: it does not."""
    from . import telling_proof, verifying
    from .app import build
    from .progress import Progress
    from .settings import load

    claimed = verifying.read(report)
    app = build(load({"models": models or claimed.environment.models, "python": python, "threads": threads}))
    with Progress() as progress:
        found = measured(lambda: verifying.verify(app, verifying.Again(report, quick), progress))
    if as_json:
        print(json.dumps({**found.model_dump(mode="json"), "sentence": found.sentence}, indent=2))
    else:
        telling_proof.verified(found)
    raise typer.Exit(0 if found.holds else 1)


def guard(
    file: Annotated[Path, typer.Argument(help="the accelerated script")],
    baseline: Annotated[Path | None, typer.Option(help="the script as it was; default: the one beside FILE")] = None,
    out: Annotated[Path | None, typer.Option(help="file to write; default: test_NAME_speed.py beside FILE")] = None,
    force: Annotated[bool, typer.Option("--force", help="write over a file that is there")] = False,
    models: Models = None,
    python: Python = None,
    threads: Threads = None,
    as_json: Json = False,
) -> None:
    """Write a pytest file that fails when an upgrade loses the speed or the pictures of FILE."""
    from . import guarding, telling_proof
    from .app import build
    from .progress import Progress
    from .settings import load

    app = build(load({"models": models, "python": python, "threads": threads}))
    with Progress() as progress:
        wanted = guarding.Wanted(file, baseline, out, force)
        found = measured(lambda: guarding.guard(app, wanted, progress))
    if as_json:
        print(found.model_dump_json(indent=2))
    else:
        telling_proof.guarded(found)
