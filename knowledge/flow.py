"""Flow matching: models that follow straight lines from noise to picture, and the samplers that may take them there."""

from .situation import Situation

_EITHER = frozenset({"DPMSolverMultistepScheduler", "UniPCMultistepScheduler"})
"""they follow both kinds of line, as their configuration says, and `from_config` hands that on"""


def foreign_sampler(scheduler: str, situation: Situation) -> str | None:
    """Why this class of scheduler is not for this pipeline; None where it is.

    Another class takes the configuration without complaint, falls back to its own noise levels, and draws mush.
    """
    if situation.facts is not None and situation.facts.inner and scheduler != situation.scheduler:
        inner = situation.facts.inner[0]
        return f"{situation.pipeline_class} draws with {inner}, which keeps its own scheduler: another one does nothing"
    if not situation.flow or scheduler == situation.scheduler or {scheduler, situation.scheduler} <= _EITHER:
        return None
    return f"{situation.pipeline_class} was trained by flow matching, and {scheduler} has other noise levels"
