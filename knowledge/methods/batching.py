from pydantic import Field

from ..method import Effect, Method, Symptom
from ..pipelines import any_card_for
from ..situation import Situation
from ..types import Change, Plan, Trace


class Batching(Method):
    """Draw several pictures of a prompt in one call: each takes less time, the first of them comes later.

    It makes more pictures, which only the person can want. The judge asks for one picture at a time, so its gain is
    not measured.
    """

    slug = "batching"
    title = "Several pictures a call"
    kind = "pipeline"
    fits = frozenset({"unet", "dit"})
    order = 0
    searched = False
    explains = frozenset({"batch"})
    gain = "more pictures a second while the device is not busy with one; on a CPU hardly any; memory grows with their number"
    sources = ("diffusers documentation, using-diffusers/batched_inference",)
    symptoms = (
        Symptom(
            pattern=r"out of memory|CUDA error|DefaultCPUAllocator",
            sentence="so many pictures do not fit into memory together; fewer are drawn",
            params={"pictures": 2},
        ),
    )
    backfires = (
        "a device that one picture keeps busy draws four in four times the time",
        "whoever waits for one picture waits for all of them",
        "one generator draws the noise of all: with a seed for each, hand over a list of generators",
        "caches that decide by how much features changed decide for all pictures together",
        "a compiled denoiser compiles again for the new batch",
    )

    pictures: int = Field(
        default=4,
        ge=2,
        le=8,
        multiple_of=1,
        description="num_images_per_prompt; more is faster a picture, and takes memory",
    )

    def change(self, situation: Situation, plan: Plan) -> Change:
        return Change(call_keywords={"num_images_per_prompt": str(self.pictures)})

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        return ()

    def effect(self, situation: Situation) -> Effect:
        return Effect(per_call=0.98 if situation.device.kind == "cpu" else 0.8)

    def misfit(self, situation: Situation, plan: Plan) -> str | None:
        if situation.pipeline_class == "DiTPipeline":
            return "DiTPipeline draws a picture for each class that it is given, and has no num_images_per_prompt"
        card = any_card_for(situation.pipeline_class)
        if card is not None and card.mode in ("text2video", "img2video", "text2audio"):
            return f"{situation.pipeline_class} makes one clip a call, and has no num_images_per_prompt"
        if situation.images_per_call > 1:
            return f"the script draws {situation.images_per_call} pictures a call already"
        return None

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        if trace.images_per_call != self.pictures:
            return f"the call asks for {trace.images_per_call} pictures, not {self.pictures}"
        return None
