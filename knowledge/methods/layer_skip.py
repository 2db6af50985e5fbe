from pydantic import Field

from ..adapters import SKIP_LAYERS
from ..caching import CACHES, HOOKS, never_reused, untried
from ..method import Effect, Method, Symptom
from ..situation import Situation
from ..types import Change, Import, Plan, Trace


class LayerSkip(Method):
    """Leave out some of the transformer's blocks at every step.

    diffusers has the switch for skip-layer guidance, which runs the thinner model beside the whole one and is slower.
    Here the thinner model is all there is: the model was not trained for it, and the pictures show.
    """

    slug = "layer_skip"
    title = "Skipping layers"
    kind = "guidance"
    fits = frozenset({"dit"})
    order = 42
    clashes = CACHES | {"tome", "tgate", "compile"}
    needs = HOOKS
    gain = "each of 28 blocks is 3.5% of the denoiser; 1.15x on DiT and 1.33x on PixArt for one block of four"
    sources = ("diffusers documentation, LayerSkipConfig",)
    symptoms = (
        Symptom(
            pattern=r"Could not find transformer_blocks|identifies a stack of transformer blocks",
            sentence="this denoiser has no plain stack of blocks; all of them run",
        ),
    )
    backfires = (
        "quality falls with every block, and much faster in small transformers than in large ones",
        "the first and the last block are never left out, but the model knows no other order either",
    )

    blocks: int = Field(
        default=1,
        ge=1,
        le=6,
        multiple_of=1,
        description="how many blocks of the middle are left out; more is faster and worse",
    )

    def change(self, situation: Situation, plan: Plan) -> Change:
        return Change(
            imports=(
                Import(module="diffusers.hooks", name="LayerSkipConfig"),
                Import(module="diffusers.hooks", name="apply_layer_skip"),
            ),
            definitions=(SKIP_LAYERS,),
            setup=(f"skip_layers({{pipe}}.{situation.denoiser}, {self.blocks})",),
        )

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        return (f"run_all_layers({{pipe}}.{situation.denoiser})",)

    def misfit(self, situation: Situation, plan: Plan) -> str | None:
        return untried(situation)

    def effect(self, situation: Situation) -> Effect:
        return Effect(per_call=1 - self.blocks / 28, loss=0.02 * self.blocks, drift=min(1.0, 0.1 * self.blocks))

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        return never_reused(trace, before)
