"""A request as the attributes of a script. Pure."""

from ..pipelines import Card
from ..types import Attributes, Request


def attributes_of(request: Request, card: Card) -> Attributes:
    """What the script must be: as said, and for the rest as the checkpoint is used."""
    return Attributes(
        pipeline_class=card.pipeline_class,
        model_id=request.model_id or card.model_id,
        controlnet_id=request.controlnet_id or card.controlnet_id,
        scheduler=request.scheduler,
        steps=request.steps or card.steps,
        width=request.width or card.size,
        height=request.height or card.size,
        methods=tuple(s for s in request.required if s.method != "sampler"),
        preprocessors=request.preprocessors or card.preprocessors,
    )
