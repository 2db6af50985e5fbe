from ..borrowed import TINY_VAES, family_of, out_of_reach
from ..method import Effect, Method, Symptom
from ..situation import Situation
from ..types import Change, Import, Plan, Trace
from .vae_slicing import no_vae


class TinyVae(Method):
    """Decode with a tiny autoencoder (TAESD) that was trained to speak the same latents.

    Other weights, and a download, once. The pipeline's own VAE is kept for the way back.
    """

    slug = "tiny_vae"
    title = "Tiny autoencoder"
    kind = "vae"
    fits = frozenset({"unet", "dit"})
    order = 4
    explains = frozenset({"vae"})
    clashes = frozenset({"fp16_vae", "model_offload", "sequential_offload", "group_offload"})
    gain = "takes away most of the decoder's time and memory, at some loss of fine detail; not measured here, the zoo has none"
    sources = (
        "madebyollin/taesd on GitHub, its README: which weights are for which models",
        "diffusers documentation, api/models/autoencoder_tiny",
        "diffusers 0.42.1: the swap ran on all six pipelines, with random weights",
    )
    symptoms = (
        Symptom(
            pattern=r"(madebyollin|tae\w+).*(not found|appear|connect|offline|locat|load)|LocalEntryNotFound",
            sentence="the tiny autoencoder is not in the models' cache; it is left out",
        ),
        Symptom(
            pattern=r"AutoencoderTiny|expected input.* to have \d+ channels|latents? shape",
            sentence="the tiny autoencoder does not speak this pipeline's latents; it is left out",
        ),
    )
    backfires = (
        "text, faces and fine texture suffer first",
        "image-to-image encodes with it too, so the loss comes twice",
        "with many steps decoding is a small part: of 50 steps little is gained, of 4 much",
        "the autoencoder of another family runs where channels agree, and draws in wrong colours: SDXL's is not SD 1.5's",
        "the pipeline's own VAE stays in memory for the way back; delete pipe.usual_vae where that counts",
    )

    def change(self, situation: Situation, plan: Plan) -> Change:
        repository = TINY_VAES.get(family_of(situation), "")
        vae = "{pipe}.usual_vae"
        return Change(
            imports=(Import(module="diffusers", name="AutoencoderTiny"),),
            setup=(
                f"{vae} = {{pipe}}.vae",
                f'{{pipe}}.vae = AutoencoderTiny.from_pretrained("{repository}").to({vae}.device, {vae}.dtype)',
            ),
        )

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        return ('{pipe}.vae = {pipe}.__dict__.pop("usual_vae")',)

    def effect(self, situation: Situation) -> Effect:
        stages = situation.stages
        beside = stages.text_encoder_s + stages.vae_s + stages.rest_s if stages else 0.0
        share = stages.vae_s / beside if stages and beside > 0 else 0.7
        return Effect(rest=1 - 0.9 * share, loss=0.01, drift=0.1)

    def misfit(self, situation: Situation, plan: Plan) -> str | None:
        if reason := no_vae(situation):
            return reason
        if (repository := TINY_VAES.get(family_of(situation))) is None:
            return f"no tiny autoencoder is known for {situation.pipeline_class} and its checkpoint"
        if any("offload" in slug for slug in situation.pipeline.applied):
            return "the pipeline is offloaded, and its hooks are on the VAE that it has"
        return out_of_reach(repository, situation)

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        return None if trace.vae_class == "AutoencoderTiny" else f"pictures are decoded by {trace.vae_class}"
