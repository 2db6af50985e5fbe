"""`diffagent-mcp bench ...`: parse, call one use case, print. Results on stdout, progress on stderr.

Exit codes: 0 every task of the run has its verdict, 1 some have not, 2 usage, 3 set-up, 130 interrupted.
"""

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from ...tools.errors import UsageError
from ..flags import Json, Llm, Requests, Tokens, Usd

app = typer.Typer(
    help="DiffBench: run solvers on 604 tasks and compare them. Alone: the mini suite and its report.",
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

RunName = Annotated[str, typer.Argument(help="name of a run, or the beginning of it")]
Models = Annotated[str | None, typer.Option(help="zoo (tiny models that come along) or hub (your cache)")]
Prompts = Annotated[Path | None, typer.Option(help="prompts, one a line, or a COCO caption file (.json)")]
Python = Annotated[str | None, typer.Option(help="interpreter with torch and diffusers; default: ours")]
Levels = Annotated[str | None, typer.Option(help="such as L1-L3 or L1,L4; default: all that can be run here")]
Suite = Annotated[str, typer.Option(help="mini (61 tasks) or full (604)")]
Limit = Annotated[int | None, typer.Option(min=1, help="so many tasks, taken evenly")]
Workers = Annotated[
    int | None, typer.Option(min=1, help="tasks worked on at once; default: 1, with ray one for each device")
]
Executor = Annotated[str, typer.Option(help="local, or ray: one device of a cluster for each task at work")]
Pictures = Annotated[str, typer.Option(help="with ray: they stay on the nodes, or come to the driver")]
LATEST = "latest"


@app.callback()
def alone(context: typer.Context) -> None:
    """Run the mini suite with DiffAgent and write its report, where no command is given."""
    if context.invoked_subcommand is None:
        from .commands import run_and_report

        run_and_report()


@app.command()
def run(
    context: typer.Context,
    solver: Annotated[
        str, typer.Option(help="gold, diffagent, random, tpe, best-of-n, direct, or a FILE.py with solve()")
    ] = "diffagent",
    levels: Levels = None,
    suite: Suite = "full",
    limit: Limit = None,
    seed: Annotated[int, typer.Option(help="seed of the solver")] = 0,
    workers: Workers = None,
    executor: Executor = "local",
    pictures: Pictures = "nodes",
    evaluations: Annotated[int, typer.Option(min=1, help="budget for each task, the baseline not counted")] = 28,
    samples: Annotated[int, typer.Option(min=2, help="prompts of stage 3; the paper has 36")] = 36,
    pairs: Annotated[int, typer.Option(min=2, help="timed pairs of stage 3, over fresh processes")] = 12,
    gate: Annotated[str, typer.Option(help="paper: loss only; default: also drift at most 0.35")] = "paper",
    prompts: Prompts = None,
    models: Models = None,
    python: Python = None,
    ablate: Annotated[
        str | None, typer.Option(help="parts of diffagent to leave out: knowledge, debugger, ga, with commas")
    ] = None,
    llm: Llm = None,
    llm_usd: Usd = None,
    llm_tokens: Tokens = None,
    llm_requests: Requests = None,
    as_json: Json = False,
) -> None:
    """Run a solver over tasks. The same command again goes on where it was ended."""
    from .commands import run_tasks

    run_tasks(context.params, shlex.join(["diffagent-mcp", *sys.argv[1:]]))


@app.command()
def resume(name: RunName = LATEST) -> None:
    """Go on with a run, as its own command would."""
    from .commands import resumed

    command = resumed(name)
    typer.main.get_command(app).main(command, prog_name="diffagent-mcp bench", standalone_mode=False)


@app.command()
def status(
    name: Annotated[str | None, typer.Argument(help="a run; default: all")] = None, as_json: Json = False
) -> None:
    """How far runs are, and which tasks are being worked on."""
    from .commands import show_status

    show_status(name, as_json)


@app.command("list")
def tasks(levels: Levels = None, suite: Suite = "full", limit: Limit = None, as_json: Json = False) -> None:
    """The tasks."""
    from .commands import list_tasks

    list_tasks(levels, suite, limit, as_json)


@app.command()
def show(id: Annotated[str, typer.Argument(help="id of a task, such as L3-117")], as_json: Json = False) -> None:
    """One task: its request, what must match, and its reference."""
    from .commands import show_task

    show_task(id, as_json)


@app.command()
def rescore(name: RunName = LATEST, as_json: Json = False) -> None:
    """Every metric again from the kept pictures, without running a pipeline."""
    from .commands import rescored

    rescored(name, as_json)


@app.command()
def calibrate(
    context: typer.Context,
    baselines: Annotated[str | None, typer.Option(help="such as B01,B07; default: all 31")] = None,
    trials: Annotated[int, typer.Option(min=1, help="plans tried for each baseline; the paper has 50")] = 50,
    extra: Annotated[int, typer.Option(min=0, help="further trials, which look for witnesses of hard tasks")] = 0,
    samples: Annotated[int, typer.Option(min=2, help="prompts of each trial; the paper has 36")] = 36,
    pairs: Annotated[int, typer.Option(min=2, help="timed pairs of each trial")] = 6,
    seed: Annotated[int, typer.Option(help="seed of the search")] = 0,
    thresholds: Annotated[
        bool, typer.Option("--thresholds", help="instead: stage 2's bounds, written into the package's data")
    ] = False,
    prompts: Prompts = None,
    models: Models = None,
    python: Python = None,
) -> None:
    """Measure the targets of L4 and L5 on this device, or the bounds of stage 2. The same command goes on."""
    from .commands import calibrated

    calibrated(context.params, shlex.join(["diffagent-mcp", *sys.argv[1:]]))


@app.command()
def report(
    name: RunName = LATEST,
    format: Annotated[str, typer.Option(help="html (a folder), md, json, or results (docs/results)")] = "html",
    out: Annotated[Path | None, typer.Option(help="folder for html (default: bench-reports/NAME) or results")] = None,
    beside: Annotated[list[str] | None, typer.Option(help="other runs, for the leaderboard")] = None,
) -> None:
    """What a run says."""
    from .commands import reported

    reported(name, format, out, tuple(beside or ()))


@app.command()
def replay(
    landscapes: Annotated[Path | None, typer.Option(help="recorded landscapes; default: this device's")] = None,
    evaluations: Annotated[int, typer.Option(min=1, help="budget of every solver for every goal")] = 28,
    repeats: Annotated[int, typer.Option(min=1, help="seeds of every solver for every goal")] = 20,
    gate: Annotated[str, typer.Option(help="paper: loss only; default: also drift at most 0.35")] = "paper",
    memory: Annotated[
        str, typer.Option(help="diffagent's: empty, others (other pipelines' landscapes), both")
    ] = "both",
    out: Annotated[Path | None, typer.Option(help="such as docs/results: keeps landscapes, writes pages")] = None,
    as_json: Json = False,
) -> None:
    """Compare solvers on landscapes that `calibrate` recorded: look-ups instead of measurements, and said so."""
    from .commands import replayed

    given = {"landscapes": landscapes, "evaluations": evaluations, "repeats": repeats, "gate": gate, "memory": memory}
    replayed(given, out, as_json, shlex.join(["diffagent-mcp", *sys.argv[1:]]))


@app.command()
def compare(first: RunName, second: RunName, as_json: Json = False) -> None:
    """The second run against the first, over the tasks that both have judged."""
    from .commands import compared

    compared(first, second, as_json)


@app.command()
def export(
    names: Annotated[list[str] | None, typer.Argument(help="runs; default: all")] = None,
    parquet: Annotated[Path, typer.Option(help="file to write")] = Path("diffbench.parquet"),
    dataset: Annotated[
        Path | None, typer.Option(help="a folder instead: what is filed in docs/results, as tables with a card")
    ] = None,
) -> None:
    """Verdicts as a Parquet table."""
    from .commands import exported, published

    if dataset is not None:
        if names:
            raise UsageError("--dataset takes the filed runs, all of them: name no runs")
        published(Path("docs/results"), dataset)
        return
    exported(tuple(names or ()), parquet)


def levels_of(text: str | None) -> tuple[int, ...] | None:
    """`L1-L3`, `L1,L4`, `2` as levels. Raises UsageError."""
    if text is None:
        return None
    found: set[int] = set()
    for part in text.upper().replace("L", "").split(","):
        low, _, high = part.strip().partition("-")
        if not low.isdecimal() or (high and not high.isdecimal()) or not 1 <= int(low) <= int(high or low) <= 5:
            raise UsageError(f"--levels {text}: levels are L1 to L5, such as L1-L3 or L4,L5")
        found |= set(range(int(low), int(high or low) + 1))
    return tuple(sorted(found))
