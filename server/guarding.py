"""`guard`: a pytest file that fails when an upgrade loses what an acceleration gained, or its pictures."""

import json
from dataclasses import dataclass
from pathlib import Path

from ..knowledge.types import Candidate, Environment, Evaluation, Event, Models, Record
from ..tools import textfile
from ..tools.errors import UsageError
from ..tools.measure.baseline import Baseline
from ..tools.measure.start import Start
from .app import App, build
from .auditing import shortened
from .opening import open_script
from .service import Say, Unmeasurable
from .session import session
from .settings import load

KEPT, LOSS, DRIFT = 0.6, 0.03, 0.1
"""tolerances that a new guard is written with: share of the gain, and what may be added to loss and drift"""
_FILE = '''\
"""Fails when an upgrade loses the speed or the pictures of {name}.

Written by `diffagent-mcp guard`, and yours: change the numbers when you mean to. It needs `diffagent-mcp[run]`.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from diffagent_mcp.server.guarding import Guarded, guarded

HERE = Path(__file__).parent
SCRIPT = HERE / {script}
BASELINE = HERE / {baseline}
MODELS = {models}  # the numbers below are of these models, and of no others

# measured on {device}, with {libraries}
SPEEDUP = {speedup:.2f}  # 95% interval {low:.2f} to {high:.2f}
LOSS = {loss:.4f}  # of CLIP-Score, relative; 0.01 is 1%
DRIFT = {drift:.3f}  # distance to the baseline's pictures; 1 is another seed

GAIN_KEPT = {kept}  # share of what is beyond 1x that must be left, at the high end of the interval
LOSS_MORE = {more_loss}  # how much more loss is tolerated
DRIFT_MORE = {more_drift}  # and how much more drift


@pytest.fixture(scope="module")
def measured() -> Iterator[Guarded]:
    """Both scripts, measured in one sitting on a few prompts. A script that fails or is refused fails here."""
    yield guarded(SCRIPT, BASELINE, models=MODELS)


def test_it_is_still_as_fast(measured: Guarded) -> None:
    now = measured.evaluation
    assert now.speedup_interval.high >= 1 + GAIN_KEPT * (SPEEDUP - 1), measured.sentence


def test_its_pictures_are_still_as_good(measured: Guarded) -> None:
    now = measured.evaluation
    assert now.loss <= LOSS + LOSS_MORE and now.drift <= DRIFT + DRIFT_MORE, measured.sentence
'''


class Guarded(Record):
    """Two scripts in one sitting."""

    evaluation: Evaluation
    environment: Environment

    @property
    def sentence(self) -> str:
        """The numbers, and what they were measured with."""
        e, i = self.evaluation, self.evaluation.speedup_interval
        numbers = f"{e.speedup:.2f}x ({i.low:.2f} to {i.high:.2f}), loss {100 * e.loss:.1f}%, drift {e.drift:.2f}"
        return f"now {numbers}, with {libraries_of(self.environment)}"


class GuardBroken(AssertionError):
    """The accelerated script fails or is refused: one sentence says why."""


@dataclass(frozen=True)
class Wanted:
    """A guard to be written."""

    script: Path
    baseline: Path | None = None
    out: Path | None = None
    force: bool = False


class Written(Record):
    """Where the guard is, and what it claims."""

    path: str
    guarded: Guarded


def guarded(script: Path, baseline: Path, models: Models | None = None, python: str | None = None) -> Guarded:
    """Measure an accelerated script beside its baseline: what a guard's fixture calls. Raises GuardBroken."""
    return measured(build(load({"models": models, "python": python})), script, baseline, lambda _: None)


def measured(app: App, script: Path, baseline: Path, say: Say) -> Guarded:
    """The same with an application that is built. Raises GuardBroken, UsageError, SetupError, Unmeasurable."""
    code = textfile.read(script).text

    def told(sentence: str) -> None:
        say(Event(stage="baseline", sentence=sentence))

    with session(app, open_script(baseline, None), Start(), None, told) as one:
        one.judge.protocols = {name: shortened(p) for name, p in one.protocols.items()}
        before = one.judge.baseline("quick", fresh=True)
        if not isinstance(before, Baseline):
            raise Unmeasurable(before)
        verdict = one.judge.evaluate(Candidate(plan=None, code=code), "quick")
        if not isinstance(verdict, Evaluation):
            raise GuardBroken(f"{script.name}: {verdict.message}")
        return Guarded(evaluation=verdict, environment=one.environment)


def guard(app: App, wanted: Wanted, say: Say) -> Written:
    """Measure now, and write the guard. Raises UsageError where the file is there already or no baseline is known."""
    baseline = wanted.baseline or baseline_of(wanted.script)
    out = wanted.out or wanted.script.with_name(f"test_{_name(wanted.script)}_speed.py")
    if out.exists() and not wanted.force:
        raise UsageError(f"{out} is there already; name another file with --out, or add --force")
    if not out.absolute().parent.is_dir():
        raise UsageError(f"cannot write {out}: there is no folder {out.absolute().parent}")
    try:
        found = measured(app, wanted.script, baseline, say)
    except GuardBroken as e:
        raise UsageError(f"there is nothing to guard: {e}") from e
    textfile.write(out, text(wanted.script, baseline, out, found))
    return Written(path=str(out), guarded=found)


def baseline_of(script: Path) -> Path:
    """The script that NAME.accelerated.py was made from, or the copy that --apply kept. Raises UsageError."""
    stem = script.stem.removesuffix(".accelerated")
    before = (
        script.with_name(f"{stem}{script.suffix}") if stem != script.stem else script.with_name(f"{script.name}.orig")
    )
    if not before.exists():
        raise UsageError(f"nothing is known of {script.name} before it was accelerated; name it with --baseline")
    return before


def text(script: Path, baseline: Path, out: Path, found: Guarded) -> str:
    """The file. Paths are written from where it stands, so that it moves with them. Pure."""
    e, here = found.evaluation, out.absolute().parent
    return _FILE.format(
        name=script.name,
        script=_from(here, script),
        baseline=_from(here, baseline),
        models=json.dumps(found.environment.models),
        device=found.environment.device.name.replace("\n", " "),
        libraries=libraries_of(found.environment),
        speedup=e.speedup,
        low=e.speedup_interval.low,
        high=e.speedup_interval.high,
        loss=e.loss,
        drift=e.drift,
        kept=KEPT,
        more_loss=LOSS,
        more_drift=DRIFT,
    )


def libraries_of(environment: Environment) -> str:
    """`torch 2.9.0, diffusers 0.36.0`: those whose upgrade is feared most."""
    names = [n for n in ("torch", "diffusers", "transformers") if n in environment.libraries]
    return ", ".join(f"{n} {environment.libraries[n]}" for n in names)


def _from(here: Path, path: Path) -> str:
    target = path.absolute()
    for up, parent in enumerate((here, *here.parents)):
        if target.is_relative_to(parent):
            return json.dumps("../" * up + target.relative_to(parent).as_posix())
    return json.dumps(target.as_posix())


def _name(script: Path) -> str:
    return "".join(c if c.isalnum() else "_" for c in script.stem.removesuffix(".accelerated"))
