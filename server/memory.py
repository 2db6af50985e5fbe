"""What DiffAgent remembers, as its owner uses it: look through it, hand it on, take in somebody else's, forget."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from ..knowledge.experience import Experience, Lesson
from ..knowledge.sharing import shareable
from ..knowledge.types import Record
from ..tools.errors import UsageError
from ..tools.report.text import counted, one_line
from ..tools.store import experience, memory_file
from ..tools.store.experience import Kept
from .app import App

_NAMED = 80
"""characters of an origin"""


class Entry(Record):
    """One lesson, as it is listed. Numbers are None where the plan failed."""

    at: str
    pipeline: str
    model: str | None
    plan: str
    speedup: float | None = None
    loss: float | None = None
    drift: float | None = None
    failure: str | None = None
    sentence: str | None = None
    device: str
    models: str
    origin: str
    """the file it was imported from; empty: judged here"""


class Chosen(Record):
    """Which lessons are meant; None and False: whatever they are."""

    pipeline: str | None = None
    device: str | None = None
    imported: bool = False
    before: date | None = None

    @property
    def everything(self) -> bool:
        return self == Chosen()

    def means(self, kept: Kept) -> bool:
        """Is this lesson among them?"""
        one = kept.lesson
        device = one.environment.device
        return (
            (self.pipeline is None or self.pipeline.lower() == one.situation.pipeline_class.lower())
            and (self.device is None or self.device.lower() in (device.kind, device.name.lower()))
            and (not self.imported or bool(one.origin))
            and (self.before is None or kept.at[:10] < self.before.isoformat())
        )


class Imported(Record):
    """What came of a file."""

    path: str
    versions: dict[str, str]
    added: int
    known: int
    """lessons of the file that were here already"""
    refused: tuple[str, ...]


def before(text: str) -> date:
    """`2026-11-23`. Raises UsageError for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError as e:
        raise UsageError(f"--before {text}: give a date such as 2026-11-23") from e


def listed(app: App, chosen: Chosen) -> list[Entry]:
    """What is remembered, the latest first."""
    return [_entry(kept) for kept in _kept(app, chosen)]


def _kept(app: App, chosen: Chosen) -> list[Kept]:
    return [kept for kept in experience.everything(app.store) if chosen.means(kept)] if app.remembers else []


def _entry(kept: Kept) -> Entry:
    one = kept.lesson
    measured = isinstance(one, Experience)
    return Entry(
        at=kept.at,
        pipeline=one.situation.pipeline_class,
        model=one.situation.pipeline.model_id,
        plan=one.plan.sentence(),
        speedup=one.speedup if measured else None,
        loss=one.loss if measured else None,
        drift=one.drift if measured else None,
        failure=None if measured else one.failure,
        sentence=None if measured else one.sentence,
        device=one.environment.device.name,
        models=one.environment.models,
        origin=one.origin,
    )


def export(app: App, path: Path) -> int:
    """Write what was judged here, without prompts, paths and names; how many. Others' lessons are not handed on."""
    own = [shareable(kept.lesson) for kept in reversed(_kept(app, Chosen())) if not kept.lesson.origin]
    if not own:
        raise UsageError("nothing is remembered here yet, so there is nothing to export; `optimize` fills the memory")
    memory_file.write(path, own)
    return len(own)


def take_in(app: App, path: Path) -> Imported:
    """Import somebody's file, all that may be let in or nothing. The same file again changes nothing."""
    found = memory_file.read(path)
    mine = {shareable(kept.lesson).fingerprint() for kept in _kept(app, Chosen()) if not kept.lesson.origin}
    rows = list(_rows(found.lessons, mine, one_line(path.name, _NAMED)))
    added = experience.add(app.store, rows) if rows else 0
    return Imported(
        path=str(path),
        versions=found.header.versions,
        added=added,
        known=len(found.lessons) - added,
        refused=found.refused,
    )


def _rows(lessons: Sequence[Lesson], mine: set[str], origin: str) -> Iterator[tuple[str, Lesson]]:
    """Under a key of their content, so that nobody's file can replace a row, and what is known is known."""
    for one in lessons:
        if (key := one.fingerprint()) not in mine:
            yield f"imported:{key}", one.model_copy(update={"origin": origin})


def forget(app: App, chosen: Chosen, everything: bool, sure: bool) -> int:
    """Take lessons out; how many. Raises UsageError where it is not said which, or not confirmed."""
    if chosen.everything != everything:
        said = (
            "--all forgets everything: leave the other options out"
            if everything
            else ("say what to forget: --pipeline, --device, --imported, --before DATE, or --all")
        )
        raise UsageError(said)
    keys = [kept.key for kept in _kept(app, chosen)]
    if everything and app.remembers:
        keys += experience.unreadable(app.store)
    if keys and not sure:
        lost = f"this would forget {counted(len(keys), 'experience')} for good"
        raise UsageError(f"{lost}; nothing is forgotten yet: say it again with --yes (`memory export` keeps a copy)")
    if keys:
        experience.forget(app.store, keys)
    return len(keys)
