"""What a plan is expected to do before it is measured: the methods' known effects on the baseline's own stages."""

from math import prod

from .catalogue import methods_of
from .situation import Situation
from .steps import SET_STEPS, steps_of
from .types import Plan, Record


class Expectation(Record):
    """A guess, never shown as a measurement."""

    speedup: float
    loss: float
    drift: float
    startup_s: float = 0.0


def expect(plan: Plan, situation: Situation) -> Expectation:
    """Factors multiply on the denoiser's share of the measured latency; losses add; drifts add in quadrature."""
    fewer_steps = situation.model_copy(update={"steps": steps_of(plan, situation)})
    effects = [m.effect(situation if m.slug in SET_STEPS else fewer_steps) for m in methods_of(plan)]
    share = situation.denoiser_share
    denoiser = share * prod(e.calls * e.per_call for e in effects)
    rest = (1 - share) * prod(e.rest for e in effects)
    return Expectation(
        speedup=1 / max(1e-6, denoiser + rest),
        loss=sum(e.loss for e in effects),
        drift=sum(e.drift**2 for e in effects) ** 0.5,
        startup_s=sum(e.startup_s for e in effects),
    )


def ceiling(situation: Situation) -> float:
    """The speedup if the denoiser cost nothing: no plan of denoiser methods can pass it."""
    return 1 / max(1e-6, 1 - situation.denoiser_share)
