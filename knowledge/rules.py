"""Is this plan sensible here? Pure: no torch, no device, no network."""

from collections.abc import Iterator, Sequence
from itertools import islice, product

from packaging.specifiers import SpecifierSet
from pydantic import ValidationError

from .catalogue import CATALOGUE, METHODS, method_of
from .method import Method
from .situation import Situation
from .types import InvalidPlan, Plan, Step

_LEANT_ON = (
    Step(method="sampler", params={"name": "dpmpp_2m", "steps": 20}),
    Step(method="precision", params={"dtype": "float16"}),
)
"""what makes other methods possible: another sampler, half precision"""


def problems(plan: Plan, situation: Situation) -> list[InvalidPlan]:
    """Every reason why `plan` must not be tried in `situation`; empty where it may."""
    found = [p for step in plan.steps for p in _step_problems(step, plan, situation)]
    slugs = [s.method for s in plan.steps]
    found += [_bad(s, f"{s} appears twice in the plan") for s in sorted({s for s in slugs if slugs.count(s) > 1})]
    return found


def unusable(kind: type[Method], situation: Situation) -> str | None:
    """Why no setting of a method can be used here: for `doctor`, and to keep it out of the search."""
    if reason := backbone_misfit(kind, situation):
        return reason
    if situation.device.kind not in kind.devices:
        return f"needs {' or '.join(sorted(kind.devices))}; this device is {situation.device.kind}"
    if reason := _version_missing(kind, situation):
        return reason
    if kind.package and kind.package not in situation.libraries:
        return f"{kind.package} is not installed in the project's environment: pip install {kind.package}"
    if kind.slug in situation.pipeline.applied and kind.slug != "precision":
        return "the script already uses it"
    if (hazard := situation.pipeline.forbids(kind.slug, kind.kind)) is not None:
        return hazard.sentence
    reasons = [_refused(m, situation) for m in _settings(kind)]
    if None in reasons or any(_refused(m, situation) is None for m in combined(kind)):
        return None
    return reasons[0]


def backbone_misfit(kind: type[Method], situation: Situation) -> str | None:
    """Why the method is not for this kind of denoiser; None where it is."""
    if situation.backbone in kind.fits:
        return None
    return f"needs a {' or '.join(sorted(kind.fits))} denoiser; {situation.pipeline_class} has {situation.backbone}"


def usable(situation: Situation, only: Sequence[str] | None = None, without: Sequence[str] = ()) -> list[str]:
    """Slugs of the methods that may be planned with here, in the catalogue's order; `only` None: all for speed."""
    wanted = [m for m in METHODS if (m.searched if only is None else m.slug in only) and m.slug not in without]
    return [m.slug for m in wanted if unusable(m, situation) is None]


def _version_missing(kind: type[Method], situation: Situation) -> str | None:
    """Which library is too old or too new; one whose version is not known is trusted."""
    for library, wanted in kind.needs.items():
        version = situation.libraries.get(library)
        if version and not SpecifierSet(wanted).contains(version, prereleases=True):
            return f"needs {library}{wanted}; the project has {version}"
    return None


def _refused(method: Method, situation: Situation) -> str | None:
    """Why this setting does not fit, alone and beside each method that others lean on; None where it fits once."""
    alone = method.misfit(situation, Plan(steps=(method.step(),)))
    if alone is None or any(method.misfit(situation, Plan(steps=(s, method.step()))) is None for s in _LEANT_ON):
        return None
    return alone


def _settings(kind: type[Method]) -> Iterator[Method]:
    """The default, and the default with each categorical or extreme value of one knob."""
    yield kind()
    for name, values in kind.genes():
        for value in (values[0], values[-1]) if isinstance(values[0], int | float) else values:
            yield kind(**{name: value})  # pyright: ignore[reportArgumentType]


def combined(kind: type[Method]) -> Iterator[Method]:
    """Settings of several knobs at once: each at its lowest, its highest, or any of its words."""
    knobs = [[(n, v) for v in ((vs[0], vs[-1]) if isinstance(vs[0], int | float) else vs)] for n, vs in kind.genes()]
    for values in islice(product(*knobs), 64):
        yield kind(**dict(values))  # pyright: ignore[reportArgumentType]


def _step_problems(step: Step, plan: Plan, situation: Situation) -> Iterator[InvalidPlan]:
    kind = CATALOGUE.get(step.method)
    if kind is None:
        yield from misspelt(step)
        return
    if reason := unusable(kind, situation):
        yield _bad(kind.slug, f"{kind.slug}: {reason}")
        return
    if both := sorted(kind.clashes & {s.method for s in plan.steps}):
        yield _bad(kind.slug, f"{kind.slug} cannot be combined with {', '.join(both)}")
    if both := sorted(kind.clashes & set(situation.pipeline.applied)):
        yield _bad(kind.slug, f"{kind.slug} cannot be combined with {', '.join(both)}, which the script already uses")
    if wrong := misspelt(step):
        yield from wrong
    elif (method := method_of(step)) is not None and (reason := method.misfit(situation, plan)):
        yield _bad(kind.slug, reason)


def misspelt(step: Step) -> list[InvalidPlan]:
    """What is wrong with a step wherever it is used: an unknown method or knob, a value out of bounds."""
    kind = CATALOGUE.get(step.method)
    if kind is None:
        return [InvalidPlan(message=f"unknown method {step.method!r}; known are {', '.join(CATALOGUE)}")]
    try:
        kind(**step.params)  # pyright: ignore[reportArgumentType]
    except ValidationError as e:
        return [
            _bad(kind.slug, f"{kind.slug}.{'.'.join(map(str, x['loc'])) or 'params'}: {x['msg']}") for x in e.errors()
        ]
    return []


def _bad(slug: str, sentence: str) -> InvalidPlan:
    return InvalidPlan(message=sentence, method=slug)


def is_valid(plan: Plan, situation: Situation) -> bool:
    """May the plan be tried: it has steps, all of them known, and no problems."""
    return bool(plan.steps) and all(method_of(s) for s in plan.steps) and not problems(plan, situation)
