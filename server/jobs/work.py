"""A job's own process: take it, do it, say what happens on the way, and keep what comes out."""

from collections.abc import Callable
from pathlib import Path

from ...bench.running import owners
from ...knowledge.types import Event
from ...tools.errors import SetupError, UsageError
from ...tools.report import summary
from ...tools.report.text import clean, one_line
from ...tools.store import jobs
from ...tools.store.store import Store
from .. import service, wishes
from ..app import App, build
from ..progress import line
from . import codes
from .ask import Ask, Found
from .outcomes import failed, profiled, searched
from .pictures import keep_pictures
from .points import point
from .trying import debug, evaluate

Say = Callable[[Event], None]


def work(store: Store, id: str, home: Path) -> bool:
    """Do a job that was started and not yet taken. A search that is interrupted stays open, and can go on: False."""
    if not jobs.take(store, id, owners.owner()):
        return False
    job = jobs.find(store, id)
    assert job is not None
    ask = Ask.model_validate_json(job.ask)
    try:
        folder = home / "jobs" / id
        found = _done(ask, folder, lambda event: _say(store, id, folder, ask, event))
    except service.Unmeasurable as e:
        found = failed(e.failure)
    except (UsageError, SetupError) as e:
        found = Found(good=False, sentence=str(e))
    if found is not None:
        lacking = not found.good and not found.numbers
        jobs.end(store, id, "failed" if lacking and ask.kind != "debug" else "done", found.model_dump_json())
    return found is not None


def _say(store: Store, id: str, folder: Path, ask: Ask, event: Event) -> None:
    if event.trial is not None:
        codes.keep(folder, event.trial)
    about = None if event.trial is None else point(event.trial, ask.target).model_dump_json(exclude_none=True)
    jobs.say(store, id, one_line(clean(line(event))), about)


def _done(ask: Ask, folder: Path, say: Say) -> Found | None:
    app, path, start = build(ask.settings), Path(ask.path), ask.start
    if ask.kind == "debug":
        return debug(app, path, ask.pipeline, start, say)
    if ask.kind == "evaluate":
        return evaluate(app, ask, start, say)
    if ask.kind == "profile":
        found, one = service.profile(app, path, ask.pipeline, start, None, say)
        return profiled(found, summary.where(one.environment))
    return _optimized(app, ask, folder, say)


def _optimized(app: App, ask: Ask, folder: Path, say: Say) -> Found | None:
    wish = wishes.Wish(
        path=Path(ask.path),
        target=ask.target,
        budget=ask.budget,
        pipeline=ask.pipeline,
        only=ask.only,
        without=ask.without,
        start=ask.start,
        out=folder,
    )
    done = service.optimize(app, wish, say)
    keep_pictures(folder / "pictures", done.saved.pairs)
    return None if done.outcome.stopped == "interrupted" else searched(done.outcome, done.diff, done.saved.report)
