"""Stage 2's bounds: those that come along, those that the store has, and those that have to be measured first."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from ...bench.stages import protocols as asking
from ...bench.stages.place import lay
from ...bench.stages.thresholds import FILE, Thresholds, card_name, committed, ground, measure, renewed
from ...bench.tasks.load import load
from ...knowledge.types import Run, Task, Threshold
from ...tools import textfile
from ...tools.errors import SetupError
from ...tools.store.bench import Bench
from .app import BenchApp


def bounds(app: BenchApp, tasks: Sequence[Task], say: Callable[[str], None]) -> Thresholds:
    """The bounds of these tasks' pipelines; what is not known is measured now and kept."""
    here, bench = ground(app.environment, app.asked_absolute), app.open_bench()
    try:
        known = _known(bench, here)
        missing = {card_name(t): t for t in tasks if card_name(t) not in known}
        for card, task in missing.items():
            say(f"stage 2 has no bound for {card} on these models yet; measuring it")
            known[card] = app.fleet.threshold(task) if app.fleet is not None else measured(app, card, task)
            bench.keep_threshold(here, known[card])
    finally:
        bench.store.close()
    return Thresholds(ground=here, cards=tuple(known.values()), models=app.environment.models)


def known_bounds(app: BenchApp, run: Run) -> Callable[[Task], Threshold | None]:
    """What is known for a run's own models, which need not be those of today; nothing is measured."""
    bench = app.open_bench()
    found = _known(bench, ground(run.environment, app.asked_absolute))
    bench.store.close()
    return lambda task: found.get(card_name(task))


def _known(bench: Bench, here: str) -> dict[str, Threshold]:
    """By card: those that come along where they were measured on this ground, else those of the store."""
    come_along = committed()
    cards = come_along.cards if come_along is not None and come_along.ground == here else bench.thresholds(here)
    return {c.card: renewed(c) for c in cards}


def measured(app: BenchApp, card: str, task: Task) -> Threshold:
    """Draw and set one card's bound. Raises SetupError where its references do not run here."""
    with tempfile.TemporaryDirectory(prefix="diffbench-") as folder, app.runner() as runner:
        found = measure(
            card,
            load(),
            app.wide(task),
            asking.ABSOLUTE_PROMPTS,
            runner,
            app.scorer,
            app.app.limits,
            lambda one: lay(one, Path(folder) / one.id),
        )
    if not isinstance(found, Threshold):
        raise SetupError(f"the references of {card} cannot be run here: {found.message}")
    return found


def publish(app: BenchApp, command: str, say: Callable[[str], None]) -> Thresholds:
    """Measure every card and write the file that comes along with the package."""
    every = {card_name(t): t for t in load()}
    found = bounds(app, list(every.values()), say)
    cards = tuple(sorted(found.cards, key=lambda c: c.card))
    whole = found.model_copy(update={"cards": cards, "command": command})
    textfile.write(FILE, whole.model_dump_json(indent=1) + "\n")
    return whole
