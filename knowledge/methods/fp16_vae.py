from ..borrowed import FP16_VAE, SDXL, family_of, out_of_reach
from ..method import Effect, Method, Symptom
from ..situation import Situation
from ..types import Change, Plan, Trace


class Fp16Vae(Method):
    """Give SDXL the VAE that was retrained to stay within float16, so that it need not be computed in float32.

    The pipeline's own overflows in float16, and diffusers turns it to float32 and back for every picture.
    """

    slug = "fp16_vae"
    title = "SDXL's float16 VAE"
    kind = "vae"
    fits = frozenset({"unet"})
    order = 4
    explains = frozenset({"vae"})
    clashes = frozenset({"tiny_vae", "model_offload", "sequential_offload", "group_offload"})
    devices = frozenset({"cuda", "mps"})
    gain = "decoding in half the bits, and half the memory, for SDXL in float16; pictures differ slightly; not measured here, for want of a GPU"
    sources = (
        "madebyollin/sdxl-vae-fp16-fix, its model card",
        "diffusers 0.42.1, pipeline_stable_diffusion_xl.py: force_upcast and float16 turn the VAE to float32",
    )
    symptoms = (
        Symptom(
            pattern=r"sdxl-vae-fp16-fix|LocalEntryNotFound",
            sentence="this VAE is not in the models' cache; the pipeline's own is kept",
        ),
    )
    backfires = (
        "in bfloat16 or float32 nothing overflows, and it does nothing",
        "for other models than SDXL's the latents are others, and so would be the colours",
        "a VAE of its own that the script hands over is replaced",
    )

    def change(self, situation: Situation, plan: Plan) -> Change:
        kept = "{pipe}.usual_vae"
        loaded = f'type({kept}).from_pretrained("{FP16_VAE}").to({kept}.device, {kept}.dtype)'
        return Change(setup=(f"{kept} = {{pipe}}.vae", f"{{pipe}}.vae = {loaded}"))

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        return ('{pipe}.vae = {pipe}.__dict__.pop("usual_vae")',)

    def effect(self, situation: Situation) -> Effect:
        return Effect(rest=0.65, loss=0.001, drift=0.02)

    def misfit(self, situation: Situation, plan: Plan) -> str | None:
        if family_of(situation) not in SDXL:
            return f"{situation.pipeline_class} with its checkpoint is no SDXL, whose VAE it is for"
        if any("offload" in slug for slug in situation.pipeline.applied):
            return "the pipeline is offloaded, and its hooks are on the VAE that it has"
        precision = plan.step("precision")
        half = precision.params.get("dtype", "float16") if precision is not None else situation.pipeline.dtype
        if half != "float16":
            return f"the VAE overflows in float16 only, and here it is computed in {half or 'float32'}"
        return out_of_reach(FP16_VAE, situation)

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        if trace.vae_upcast:
            return "the VAE is still turned to float32 for every picture"
        if trace.vae_id == before.vae_id:
            return f"pictures are decoded by the VAE of {trace.vae_id}, as before"
        return None
