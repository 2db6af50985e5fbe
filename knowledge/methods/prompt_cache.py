from pydantic import Field

from ..method import Effect, Method
from ..situation import Situation
from ..types import Change, Import, Plan, Trace

REMEMBER_PROMPTS = '''\
def remember_prompts(pipe, entries):
    """Keep what the text encoders made of the last prompts; the empty one comes with every picture."""
    for name in ("text_encoder", "text_encoder_2", "text_encoder_3"):
        if getattr(pipe, name, None) is not None:
            encoder = getattr(pipe, name)
            encoder.forward = remembered(encoder.forward, entries)


def remembered(forward, entries):
    """The same function, with its last answers at hand."""
    kept = {}

    def answer(*args, **kwargs):
        given = [*args, *kwargs.values()]
        said = (tuple(g.flatten().tolist()) if torch.is_tensor(g) else repr(g) for g in given)
        key = (*kwargs, *(str(g.shape) for g in given if torch.is_tensor(g)), *said)
        answer.asked += 1
        if key not in kept:
            kept[key] = forward(*args, **kwargs)
            answer.encoded += 1
        while len(kept) > entries:
            kept.pop(next(iter(kept)))
        return kept[key]

    answer.entries, answer.asked, answer.encoded = entries, 0, 0
    return answer


def forget_prompts(pipe):
    """Encode every prompt again."""
    for name in ("text_encoder", "text_encoder_2", "text_encoder_3"):
        if getattr(pipe, name, None) is not None:
            getattr(pipe, name).__dict__.pop("forward", None)
'''
"""needs `torch`"""


class PromptCache(Method):
    """Keep what the text encoders made of earlier prompts, so that a prompt that comes again is not read again.

    The empty negative prompt comes with every picture. The judge gives every timed picture a prompt of its own, so
    what is measured says nothing of requests that repeat.
    """

    slug = "prompt_cache"
    title = "Prompt-embedding cache"
    kind = "pipeline"
    fits = frozenset({"unet", "dit"})
    order = 10
    clashes = frozenset({"model_offload", "sequential_offload", "group_offload"})
    lossless = True
    searched = False
    gain = "the text encoder's time for a prompt that was drawn before, half of it for a new one with the usual negative prompt"
    sources = ("diffusers documentation, using-diffusers/weighted_prompts: embeddings can be made once and used again",)
    backfires = (
        "where every prompt is new and nothing is guided, nothing is ever found again",
        "next to 20 denoiser steps a CLIP text encoder is next to nothing; a T5 is worth it",
        "each kept prompt takes memory on the device: about 2.5 MB for the T5 of PixArt in half precision",
        "a LoRA or a textual inversion that is loaded into the text encoder later is not seen: forget the prompts then",
    )

    entries: int = Field(
        default=32,
        ge=8,
        le=256,
        multiple_of=8,
        description="prompts that are kept; more is found again, and takes memory",
    )

    def change(self, situation: Situation, plan: Plan) -> Change:
        return Change(
            imports=(Import(module="torch"),),
            definitions=(REMEMBER_PROMPTS,),
            setup=(f"remember_prompts({{pipe}}, {self.entries})",),
        )

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        return ("forget_prompts({pipe})",)

    def effect(self, situation: Situation) -> Effect:
        return Effect(rest=0.97)

    def misfit(self, situation: Situation, plan: Plan) -> str | None:
        if situation.pipeline_class == "DiTPipeline":
            return "DiTPipeline draws classes, and has no text encoder"
        if any("offload" in slug for slug in situation.pipeline.applied):
            return "the pipeline is offloaded, which puts the text encoder's own forward back after every picture"
        return None

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        return None if "prompt_cache" in trace.methods else "the text encoders read every prompt again"
