"""What an acceleration method is. A method is described once, as a class; everything else is derived from it.

Validation is the constructor, genes are the bounds of the fields, documentation is docstring and descriptions.
"""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import ClassVar, Literal, get_args, get_origin

from annotated_types import Ge, Le, MultipleOf

from .situation import Situation
from .types import Change, Plan, Record, Scalar, Step, Trace

_BRANCH = re.compile(r"\|(?![^(]*\))")
"""a bar outside parentheses"""
_SPECIAL = re.compile(r"\\\w|(?<!\\)[][()*+?{}^$.]|[|]")

Kind = Literal[
    "sampler",
    "cache",
    "tokens",
    "attention",
    "guidance",
    "precision",
    "compile",
    "layout",
    "vae",
    "pipeline",
    "memory",
    "parallel",
]
"""what a method works on; a person looks for it under this heading"""


Difference = Literal["calls", "batch", "guidance", "parameters", "vae"]
"""what a record may show otherwise than the baseline's: denoiser calls, their batch, the guidance scale, weights"""


class Effect(Record):
    """What a method is expected to do to the cost of one image and to its quality. Factors multiply, losses add."""

    calls: float = 1.0
    """factor on the number of denoiser calls"""
    per_call: float = 1.0
    """factor on the seconds of one denoiser call"""
    rest: float = 1.0
    """factor on everything that is not the denoiser"""
    loss: float = 0.0
    drift: float = 0.0
    startup_s: float = 0.0
    """seconds that the first image takes longer"""


class Symptom(Record):
    """How a method fails, and the smallest repair. Without `params` the repair is to leave the method out."""

    pattern: str
    """a regular expression, searched in the failure's message and evidence"""
    sentence: str
    params: dict[str, Scalar] | None = None

    @property
    def signs(self) -> tuple[str, ...]:
        """The plain texts among the pattern's branches, as they stand in an error; none where it has only others."""
        told = (re.sub(r"\\(\W)", r"\1", p) for p in _BRANCH.split(self.pattern) if not _SPECIAL.search(p))
        return tuple(dict.fromkeys(told))


class Method(Record):
    """Subclass in knowledge/methods/: the fields are the knobs, the docstring is the documentation."""

    slug: ClassVar[str]
    title: ClassVar[str]
    kind: ClassVar[Kind]
    fits: ClassVar[frozenset[str]]
    """backbones it works on"""
    order: ClassVar[int]
    """position among the set-up statements; lower runs first"""
    clashes: ClassVar[frozenset[str]] = frozenset()
    package: ClassVar[str | None] = None
    """distribution that the project needs, beyond torch and diffusers"""
    batch_safe: ClassVar[bool] = True
    """pictures made several at a time are the same as one at a time"""
    draws: ClassVar[bool] = False
    """draws random numbers of its own, so that the same prompt and seed give another picture each time"""
    lossless: ClassVar[bool] = False
    """the picture does not change beyond rounding"""
    devices: ClassVar[frozenset[str]] = frozenset({"cpu", "cuda", "mps"})
    """kinds of device it runs on"""
    needs: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """library -> version specifier, such as `{"diffusers": ">=0.35"}`; `package` must be there in any version"""
    searched: ClassVar[bool] = True
    """worth trying when speed is sought; False for what saves memory, or is described and cannot be measured here"""
    explains: ClassVar[frozenset[Difference]] = frozenset()
    """differences from the baseline that are this method's doing, and no other pipeline"""
    backfires: ClassVar[tuple[str, ...]] = ()
    """when it does harm, one sentence each, for people: `int8 dynamic without compile is 20x slower`"""
    gain: ClassVar[str]
    """what it is known to gain and cost, in words"""
    sources: ClassVar[tuple[str, ...]] = ()
    symptoms: ClassVar[tuple[Symptom, ...]] = ()

    def change(self, situation: Situation, plan: Plan) -> Change:
        """What this method asks of the script."""
        raise NotImplementedError

    def effect(self, situation: Situation) -> Effect:
        """What it is expected to do here, before anything was measured."""
        raise NotImplementedError

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        """Why the runner's record does not show this method at work; None where it does."""
        raise NotImplementedError

    def misfit(self, situation: Situation, plan: Plan) -> str | None:
        """Why it does not fit here beyond backbone, package and clashes; None where it does."""
        return None

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        """Statements that take it away again between two calls, `{pipe}` for the pipeline; None: load it anew."""
        raise NotImplementedError

    def written(self, steps: int, plan: Plan) -> dict[str, Scalar]:
        """Its settings as code and live objects show them (`steps` are those that run), to compare with what is found.

        The knobs themselves, unless the knob is a share of the steps and the code names a step.
        """
        return self.model_dump()

    def step(self) -> Step:
        return Step(method=self.slug, params=self.model_dump())

    @classmethod
    def genes(cls) -> Iterator[tuple[str, list[Scalar]]]:
        """Each knob with the values a search may give it, read from the field's own bounds."""
        for name, field in cls.model_fields.items():
            kind = field.annotation
            if kind is bool:
                yield name, [False, True]
            elif get_origin(kind) is not None and (choices := get_args(kind)):
                yield name, list(choices)
            else:
                yield name, _between(field.metadata)

    @classmethod
    def summary(cls) -> str:
        return (cls.__doc__ or "").strip().splitlines()[0]


def _between(metadata: list[object]) -> list[Scalar]:
    """The values between `ge` and `le` in steps of `multiple_of`; every numeric knob must have all three."""
    low = next(m.ge for m in metadata if isinstance(m, Ge))
    high = next(m.le for m in metadata if isinstance(m, Le))
    step = next(m.multiple_of for m in metadata if isinstance(m, MultipleOf))
    count = round((high - low) / step) + 1  # type: ignore[operator]
    values = [low + step * i for i in range(count)]  # type: ignore[operator]
    return [v if isinstance(v, int) else round(v, 6) for v in values]
