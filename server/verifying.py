"""`verify`: make the claim of a report again, here, and say whether it holds."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from ..knowledge.types import Environment, Evaluation, Event, Failure, Protocol, Record
from ..tools import textfile
from ..tools.errors import UsageError
from ..tools.measure.baseline import Baseline
from ..tools.report.manifest import NAME, Manifest, seen
from ..tools.report.pairs import PicturePair
from .app import App
from .opening import open_script
from .service import Unmeasurable
from .session import Session, session

_SLACK_LOSS, _SLACK_DRIFT = 0.01, 0.03
"""beside three standard errors of the difference: what another processor's rounding may do"""
_SLACK = 0.05
"""the same for a plugin's metric, as a share of what was claimed"""
QUICK_PROMPTS, QUICK_PAIRS, QUICK_BLOCKS = 16, 6, 3


class Part(Record):
    """One part of a claim, made again."""

    name: Literal["speedup", "loss", "drift", "metric", "pictures", "run"]
    holds: bool
    sentence: str


class Verified(Record):
    """Does the claim hold here, and what differs between there and here?"""

    report: str
    holds: bool
    parts: tuple[Part, ...]
    differs: tuple[str, ...] = ()
    """what of the environment is another one, one sentence each"""
    here: Environment
    evaluation: Evaluation | None = None

    @property
    def sentence(self) -> str:
        """The whole in one sentence."""
        where = "here" if not self.differs else "here, in another environment"
        if self.holds:
            return f"the claim holds {where}"
        return f"the claim does not hold {where}: {next(p.sentence for p in self.parts if not p.holds)}"


@dataclass(frozen=True)
class Again:
    """How a claim is made again."""

    report: Path
    quick: bool = False
    """with a third of the prompts, where a first answer is enough"""


def read(report: Path) -> Manifest:
    """The manifest of a report's folder, or of the file itself. Raises UsageError with one sentence."""
    path = report / NAME if report.is_dir() else report
    try:
        found = Manifest.model_validate_json(path.read_bytes())
    except OSError as e:
        raise UsageError(f"cannot read {path} ({e.strerror}); name the folder that optimize wrote its report in") from e
    except ValidationError as e:
        raise UsageError(f"{path} is no manifest that this version can read: {e.errors()[0]['msg']}") from e
    if (torn := found.torn()) is not None:
        raise UsageError(f"{path} was changed after it was written: {torn}")
    return found


def verify(app: App, again: Again, say: Callable[[Event], None]) -> Verified:
    """Measure the claim again with its own prompts, seeds and code. Raises UsageError, SetupError, Unmeasurable."""
    claimed = read(again.report)

    def told(sentence: str) -> None:
        say(Event(stage="confirm", sentence=sentence))

    with tempfile.TemporaryDirectory(prefix="diffagent-") as folder:
        path = Path(folder) / claimed.script
        textfile.write(path, claimed.source)
        opened = open_script(path, claimed.pipeline)
        # The files beside the report are those that the script was measured with.
        beside = again.report.absolute().parent / claimed.script
        if beside.exists() and textfile.read(beside).text == claimed.source:
            opened = replace(opened, file=replace(opened.file, path=beside))
        metrics = [read.metric for read in claimed.claim.metrics]
        with session(app, opened, claimed.start, None, told, metrics=metrics) as one:
            told(f"models: {one.models} · {one.environment.device.name} · {one.python}")
            return _verified(one, claimed, again, told)


def _verified(one: Session, claimed: Manifest, again: Again, told: Callable[[str], None]) -> Verified:
    protocol = fewer(claimed.protocol) if again.quick else claimed.protocol
    one.judge.protocols = {**one.protocols, protocol.name: protocol}
    before = one.judge.baseline(protocol.name, fresh=True)
    if not isinstance(before, Baseline):
        raise Unmeasurable(before)
    told("timing both sides again")
    verdict = one.judge.evaluate(claimed.candidate, protocol.name)
    differs = tuple(differences(claimed.environment, one.environment))
    if before.profile.trace.samples != claimed.weights:
        differs += ("the models have other weights than those it was measured with",)
    parts = parts_of(claimed, verdict)
    if isinstance(verdict, Evaluation):
        first, second = one.judge.pair(claimed.candidate, protocol.name)
        drawn = [PicturePair(s, b, a) for s, b, a in zip(verdict.scores, first, second, strict=False)]
        parts += _pictures(claimed, drawn)
    return Verified(
        report=str(again.report),
        holds=all(p.holds for p in parts),
        parts=tuple(parts),
        differs=differs,
        here=one.environment,
        evaluation=verdict if isinstance(verdict, Evaluation) else None,
    )


def fewer(protocol: Protocol) -> Protocol:
    """The first third or so of it."""
    return protocol.shortened(QUICK_PROMPTS, QUICK_PAIRS, QUICK_BLOCKS, QUICK_PROMPTS // 2)


def differences(there: Environment, here: Environment) -> list[str]:
    """What is another one here, and what that means. Pure."""
    said: list[str] = []
    if (there.device.kind, there.device.name) != (here.device.kind, here.device.name):
        said.append(
            f"it was measured on {there.device.name}, and this is {here.device.name}: another speedup is no wonder"
        )
    elif there.device.threads != here.device.threads:
        said.append(f"it was measured with {there.device.threads} threads, and here there are {here.device.threads}")
    if there.models != here.models:
        said.append(f"it was measured on {there.models} models, and here on {here.models} models: nothing compares")
    elif there.models_version != here.models_version:
        said.append("the models are another revision: pictures and scores may differ")
    if there.scorer != here.scorer:
        said.append(f"pictures are scored by {here.scorer} instead of {there.scorer}: losses do not compare")
    names = sorted({*there.libraries, *here.libraries})
    changed = [(n, there.libraries.get(n, "none"), here.libraries.get(n, "none")) for n in names]
    said += [f"{n} is {now} instead of {was}" for n, was, now in changed if was != now]
    if there.python != here.python:
        said.append(f"Python is {here.python} instead of {there.python}")
    return said


def parts_of(claimed: Manifest, verdict: Evaluation | Failure) -> list[Part]:
    """Speed, loss and drift of the claim beside what was measured now. Pure."""
    if not isinstance(verdict, Evaluation):
        return [Part(name="run", holds=False, sentence=f"the accelerated script fails: {verdict.message}")]
    was = claimed.claim
    return [_speed(was, verdict), _loss(was, verdict), _drift(was, verdict), *_metrics(was, verdict)]


def _speed(was: Evaluation, now: Evaluation) -> Part:
    """Do the intervals meet? More than was claimed is no complaint."""
    old, new = was.speedup_interval, now.speedup_interval
    said = f"speedup {now.speedup:.2f}x ({new.low:.2f} to {new.high:.2f})"
    said += f", claimed {was.speedup:.2f}x ({old.low:.2f} to {old.high:.2f})"
    return Part(name="speedup", holds=new.high >= old.low, sentence=said)


def _loss(was: Evaluation, now: Evaluation) -> Part:
    chance = 3 * (was.loss_se**2 + now.loss_se**2) ** 0.5 + _SLACK_LOSS
    said = f"loss {100 * now.loss:.1f}% ± {100 * now.loss_se:.1f}%, claimed {100 * was.loss:.1f}%"
    return Part(name="loss", holds=now.loss <= was.loss + chance, sentence=said)


def _drift(was: Evaluation, now: Evaluation) -> Part:
    chance = 3 * (was.drift_se**2 + now.drift_se**2) ** 0.5 + _SLACK_DRIFT
    said = f"drift {now.drift:.2f} ± {now.drift_se:.2f}, claimed {was.drift:.2f}"
    return Part(name="drift", holds=now.drift <= was.drift + chance, sentence=said)


def _metrics(was: Evaluation, now: Evaluation) -> Iterator[Part]:
    """Those of plugins: not worse than chance allows."""
    for old in was.metrics:
        new = now.reading(old.metric)
        said = f"{old.metric} {new.value:.3g} ± {new.se:.2g}, claimed {old.value:.3g}" if new else f"no {old.metric}"
        chance = 3 * (old.se**2 + (new.se**2 if new else 0.0)) ** 0.5 + _SLACK * abs(old.value)
        yield Part(name="metric", holds=new is not None and new.value <= old.value + chance, sentence=said)


def _pictures(claimed: Manifest, drawn: list[PicturePair]) -> list[Part]:
    """How many pictures are the same to the bit. It decides nothing: other processors round otherwise."""
    then = {(s.prompt, s.seed): s for s in claimed.pictures}
    both = [(then[s.prompt, s.seed], s) for s in seen(drawn) if (s.prompt, s.seed) in then]
    if not both:
        return []
    before = sum(a.before == b.before for a, b in both)
    after = sum(a.after == b.after for a, b in both)
    said = f"{before} of {len(both)} pictures of the script and {after} of the accelerated one are the same to the bit"
    return [Part(name="pictures", holds=True, sentence=said)]
