"""What a pipeline class's `__call__` is like."""

from .types import Record


class Signature(Record):
    """`__call__` of one pipeline class. A test holds each against the installed diffusers."""

    parameters: tuple[str, ...]
    """those that may be given by position, as far as anybody does, in order"""
    steps: int = 50
    guidance: str | None = "guidance_scale"
    """keyword that weighs the prompt against its absence; None: only the model's own, distilled guidance"""
    guidance_scale: float = 7.5
    """what that keyword is where the call does not say; 1 is no guidance"""
    strength: float | None = None
    """image-to-image: the share of the steps that is run; None where every step is"""
    callback: bool = True
    """it takes `callback_on_step_end`"""
    swallows: bool = False
    """keywords that it does not know are ignored in silence"""
