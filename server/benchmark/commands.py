"""What the `bench` commands do: build the application, call one use case, print, and say how it ended."""

import json
import shlex
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, cast, get_args

import typer

from ...agents.llm.team import Ablation
from ...bench.stages.protocols import Sizes
from ...bench.tasks.load import find, load, select
from ...knowledge.types import Judged, Run
from ...tools.errors import UsageError
from ...tools.store.bench import KeptPicture
from ..app import build
from ..flags import chosen
from ..settings import load as load_settings
from . import executors, printing, use_cases
from .app import BenchApp, Options
from .cli import levels_of

_GATES = {"paper": None, "default": 0.35}


@contextmanager
def opened(options: Options | None = None, seed: int = 0, **flags: Any) -> Generator[BenchApp, None, None]:
    """The application of one command; its processes end with it."""
    one = BenchApp(build(load_settings(flags), seed=seed), options or Options())
    try:
        yield one
    finally:
        one.close()


def run_tasks(p: dict[str, Any], command: str) -> None:
    """`bench run`."""
    state = _worked(p, command)
    if p["as_json"]:
        print(json.dumps(printing.state_values(state), indent=2))
    else:
        printing.states([state])
    raise typer.Exit(0 if state.whole else 1)


def _max_drift(gate: str) -> float | None:
    """The bound that a gate sets beside the loss. Raises UsageError."""
    if gate not in _GATES:
        raise UsageError(f"--gate {gate}: gates are {' and '.join(_GATES)}")
    return _GATES[gate]


def _worked(p: dict[str, Any], command: str) -> use_cases.State:
    if p["suite"] not in ("mini", "full"):
        raise UsageError(f"--suite {p['suite']}: suites are mini and full")
    options = Options(
        prompts=p["prompts"],
        workers=p["workers"] or 1,
        sizes=Sizes(prompts=p["samples"], pairs=p["pairs"], blocks=min(4, p["pairs"])),
        max_drift=_max_drift(p["gate"]),
    )
    wanted = use_cases.Wanted(
        solver=p["solver"],
        levels=levels_of(p["levels"]),
        suite=p["suite"],
        limit=p["limit"],
        seed=p["seed"],
        evaluations=p["evaluations"],
        without=ablations(p.get("ablate")),
        pictures=_pictures(p["pictures"]),
        command=command,
    )
    with (
        opened(options, p["seed"], **chosen(p, "models", "python")) as one,
        executors.opened(p["executor"], one, p["workers"], printing.tell),
    ):
        prepared = use_cases.prepare(one, wanted)
        printing.begun(prepared.run)
        return use_cases.work(one, prepared, wanted, printing.progress, printing.tell)


def _pictures(text: str) -> Literal["nodes", "driver"]:
    """Where pictures stay. Raises UsageError."""
    if text not in ("nodes", "driver"):
        raise UsageError(f"--pictures {text}: they stay on the nodes, or come to the driver; say nodes or driver")
    return text


def ablations(text: str | None) -> frozenset[Ablation]:
    """`knowledge,ga` as parts to leave out. Raises UsageError."""
    parts = [part.strip() for part in (text or "").split(",") if part.strip()]
    if wrong := [part for part in parts if part not in get_args(Ablation)]:
        raise UsageError(f"--ablate {wrong[0]}: the parts that can be left out are {', '.join(get_args(Ablation))}")
    return frozenset(cast(list[Ablation], parts))


def run_and_report() -> None:
    """Plain `bench`: the mini suite, all of it that can be run here, and its report."""
    defaults = {
        "solver": "diffagent", "levels": None, "suite": "mini", "limit": None, "seed": 0, "workers": 1,
        "executor": "local", "pictures": "nodes",
        "evaluations": 28, "samples": 36, "pairs": 12, "gate": "paper", "prompts": None, "models": None, "python": None,
    }  # fmt: skip
    state = _worked(defaults, "diffagent-mcp bench run --suite mini")
    printing.states([state])
    reported(state.run.name, "html", None, ())
    raise typer.Exit(0 if state.whole else 1)


def resumed(name: str) -> list[str]:
    """The words of a run's own command, after `diffagent-mcp bench`."""
    with opened() as one:
        command = use_cases.state(one, name).command
    words = shlex.split(command)
    if words[1:3] != ["bench", "run"]:
        raise UsageError(f"the command of {name} was not kept; type it again, and it goes on")
    return words[2:]


def show_status(name: str | None, as_json: bool) -> None:
    """`bench status`."""
    with opened() as one:
        found = use_cases.states(one) if name is None else [use_cases.state(one, name)]
    if as_json:
        print(json.dumps([printing.state_values(s) for s in found], indent=2))
    else:
        printing.states(found)


def list_tasks(levels: str | None, suite: str, limit: int | None, as_json: bool) -> None:
    """`bench list`."""
    chosen = select(load(), levels_of(levels), "mini" if suite == "mini" else "full", limit)
    if as_json:
        print(json.dumps([t.model_dump(mode="json", exclude={"reference"}) for t in chosen], indent=2))
    else:
        printing.tasks(chosen)


def show_task(id: str, as_json: bool) -> None:
    """`bench show ID`."""
    task = find(load(), id)
    if as_json:
        print(task.model_dump_json(indent=2))
    else:
        printing.task(task)


def calibrated(p: dict[str, Any], command: str) -> None:
    """`bench calibrate`."""
    from ...bench.calibration import Recipe, calibrated_of
    from .bounds import publish
    from .calibrating import baselines, calibrate_all, sentence

    with opened(Options(prompts=p["prompts"]), models=p["models"], python=p["python"]) as one:
        if p["thresholds"]:
            printing.thresholds(publish(one, command, printing.tell))
            return
        names = [n.strip() for n in p["baselines"].split(",")] if p["baselines"] else []
        recipe = Recipe(trials=p["trials"], extra=p["extra"], samples=p["samples"], seed=p["seed"])
        found = calibrate_all(one, baselines(names), recipe, p["pairs"], command, printing.tell)
        printing.lines([sentence(each, calibrated_of(each)) for each in found])


def replayed(given: dict[str, Any], out: Path | None, as_json: bool, command: str) -> None:
    """`bench replay`."""
    from ...bench.calibration import duels, imported, replay_section
    from .calibrating import folder
    from .replaying import MEMORIES, filed, replayed

    if given["landscapes"] is None:
        with opened() as one:
            landscapes = imported(folder(one))
    else:
        landscapes = imported(given["landscapes"])
    if given["memory"] not in MEMORIES:
        raise UsageError(f"--memory {given['memory']}: choose one of {', '.join(MEMORIES)}")
    bound, memory = _max_drift(given["gate"]), given["memory"]
    played = replayed(landscapes, given["evaluations"], given["repeats"], max_drift=bound, memory=memory)
    pages = filed(out, landscapes, played, command) if out is not None else []
    if as_json:
        print(json.dumps([d.model_dump(mode="json") for d in duels(played)], indent=1))
    elif pages:
        printing.lines([str(page) for page in pages])
    else:
        print(replay_section(played, landscapes, command))


def rescored(name: str, as_json: bool) -> None:
    """`bench rescore RUN`."""
    with opened() as one:
        run, count, changed = use_cases.rescore(one, name)
    if as_json:
        others = [{"task": now.task, "was": was.failure, "now": now.failure} for was, now in changed]
        print(json.dumps({"run": run.name, "tasks": count, "changed": others}, indent=2))
    else:
        printing.rescored(run, count, changed)


def reported(name: str, form: str, out: Path | None, beside: tuple[str, ...]) -> None:
    """`bench report`."""
    from ...bench import report

    with opened() as one:
        run, judged = use_cases.verdicts(one, name)
        others = [use_cases.verdicts(one, other) for other in beside]
        store, tasks = one.open_bench(), load()
        command, calibrated = store.command(run.name), store.calibrated(run.environment.fingerprint())

        def pictures(task: str) -> list[KeptPicture]:
            return store.pictures(run.name, task)

        if form == "html":
            folder = use_cases.report_folder(run, out)
            page = report.html(
                folder, run, tasks, judged, command=command, calibrated=calibrated, pictures=pictures, beside=others
            )
            print(page)
        elif form == "md":
            print(report.markdown(run, tasks, judged, command=command, beside=others))
        elif form == "json":
            print(json.dumps(report.as_json(run, tasks, judged, command=command, calibrated=calibrated), indent=1))
        elif form == "results":
            folder = out or Path("docs/results")
            report.file_run(folder / "data", command, run, judged)
            print(report.write_results(folder, tasks))
        else:
            raise UsageError(f"--format {form}: formats are html, md, json and results")


def compared(first: str, second: str, as_json: bool) -> None:
    """`bench compare RUN RUN`."""
    from ...bench import report

    with opened() as one:
        found = report.compare(use_cases.verdicts(one, first), use_cases.verdicts(one, second), load())
    if as_json:
        print(json.dumps(report.comparison_json(found), indent=1))
    else:
        print(report.comparison_text(found), end="")


def exported(names: tuple[str, ...], path: Path) -> None:
    """`bench export --parquet FILE`."""
    from ...bench import report

    with opened() as one:
        runs: list[tuple[Run, list[Judged]]] = [
            use_cases.verdicts(one, name) for name in names or tuple(s.run.name for s in use_cases.states(one))
        ]
        if not runs:
            raise UsageError("there are no runs yet; make one with `diffagent-mcp bench run`")
        print(report.export_parquet(path, runs, load()), file=sys.stdout)


def published(results: Path, folder: Path) -> None:
    """`bench export --dataset FOLDER`."""
    from ...bench import report

    print(report.write_dataset(results, folder, load()), file=sys.stdout)
