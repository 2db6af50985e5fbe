"""Every method we know, listed by hand so that nothing depends on what was imported first."""

from types import MappingProxyType

from pydantic import ValidationError

from .method import Method
from .methods.channels_last import ChannelsLast
from .methods.compile import Compile
from .methods.deepcache import DeepCache
from .methods.fused_qkv import FusedQKV
from .methods.guidance_cutoff import GuidanceCutoff
from .methods.precision import Precision
from .methods.sampler import Sampler
from .methods.tgate import TGate
from .methods.tome import ToMe
from .types import Plan, Step

METHODS: tuple[type[Method], ...] = (
    Sampler,
    Precision,
    DeepCache,
    ToMe,
    TGate,
    GuidanceCutoff,
    FusedQKV,
    ChannelsLast,
    Compile,
)
CATALOGUE = MappingProxyType({m.slug: m for m in METHODS})


def method_of(step: Step) -> Method | None:
    """The method with its knobs set; None where the name or a knob is not known (`rules.problems` says why)."""
    kind = CATALOGUE.get(step.method)
    try:
        return kind(**step.params) if kind else None  # pyright: ignore[reportArgumentType]
    except ValidationError:
        return None


def methods_of(plan: Plan) -> list[Method]:
    """The plan's methods in the order in which they are set up."""
    return sorted((m for s in plan.steps if (m := method_of(s))), key=lambda m: m.order)
