"""Silent failures: what runs without complaint and does nothing, or does harm. Each names where it is caught.

A rule keeps it out of a plan, or out of the code that is written; a check reads it in the runner's record. They are
named as `slug.method` of a method class, or as `package.module:function`; a test holds that they exist.
"""

from typing import Literal

from pydantic import Field

from .types import Record

Caught = Literal["rule", "check", "both"]


class SilentFailure(Record):
    """One way in which a script runs and is not what it says."""

    slug: str
    sentence: str = Field(description="what happens, for people")
    where: str = Field(description="which pipelines, libraries and versions it was seen with")
    rules: tuple[str, ...] = Field(default=(), description="what keeps it out before anything runs")
    checks: tuple[str, ...] = Field(default=(), description="what finds it in the runner's record")
    repair: str = Field(description="what to write instead")
    methods: tuple[str, ...] = Field(default=(), description="slugs of the methods that it befalls")

    @property
    def caught(self) -> Caught:
        """By a rule before anything runs, by the runner's check, or by both."""
        if self.rules and self.checks:
            return "both"
        return "rule" if self.rules else "check"


_SEEN = "diffusers 0.42.1"
_UNASKED = "knowledge.proof:unproven"
_WARNED = "tools.script.fights:fights_of"

SILENT_FAILURES: tuple[SilentFailure, ...] = (
    SilentFailure(
        slug="swallowed_keyword",
        sentence="a keyword that the pipeline does not know is ignored: a typing error, or an option of another "
        "pipeline, changes nothing and nobody says so",
        where=f"Stable Diffusion, SDXL and PixArt, whose __call__ takes **kwargs; DiT raises TypeError ({_SEEN})",
        checks=(_UNASKED,),
        repair="take the keyword out, or use the name that the pipeline's signature has",
    ),
    SilentFailure(
        slug="ignored_callback",
        sentence="PixArt ignores callback_on_step_end: it is never called, so guidance is not cut off and nothing "
        "is interrupted",
        where=f"PixArt-alpha and PixArt-Sigma ({_SEEN})",
        rules=("guidance_cutoff.misfit", "guidance_interval.misfit"),
        checks=(_UNASKED, "guidance_cutoff.unproven"),
        repair="leave it out; T-GATE drops the unconditional half on PixArt",
        methods=("guidance_cutoff", "guidance_interval"),
    ),
    SilentFailure(
        slug="ignored_guidance_rescale",
        sentence="guidance_rescale is ignored where the pipeline has no such parameter",
        where=f"PixArt, and image-to-image of Stable Diffusion; that of SDXL has it ({_SEEN})",
        checks=(_UNASKED,),
        repair="take it out, or rescale in a pipeline of your own",
    ),
    SilentFailure(
        slug="attention_backend_inert",
        sentence="set_attention_backend is accepted and the pictures stay the same to the last bit: these denoisers "
        "call PyTorch's attention by themselves",
        where=f"U-Nets, DiT and PixArt ({_SEEN})",
        rules=("attention_backend.misfit",),
        checks=("attention_backend.unproven",),
        repair="choose the kernel with torch.nn.attention.sdpa_kernel, or set attention processors",
        methods=("attention_backend",),
    ),
    SilentFailure(
        slug="tome_merges_nothing",
        sentence="token merging with max_downsample=1 merges nothing where no attention runs at full latent size",
        where="SDXL, which has no attention at its first level, and DiT, whose 2x2 patches count as the second "
        "(tomesd 0.1.3)",
        rules=("tome.misfit",),
        checks=("tome.unproven",),
        repair="use max_downsample=2 or more",
        methods=("tome",),
    ),
    SilentFailure(
        slug="tome_draws_at_random",
        sentence="token merging draws from a generator of its own that lives on between calls, so the same seed "
        "gives two different pictures",
        where="tomesd 0.1.3 with use_rand=True, which is its default",
        rules=("tome.change",),
        repair="pass use_rand=False to tomesd.apply_patch",
        methods=("tome",),
    ),
    SilentFailure(
        slug="deepcache_second_order",
        sentence="with a sampler that visits each timestep twice DeepCache looks the step up by its time and takes "
        "almost every call for a cached one: at interval 2 one call of 15 was whole",
        where="Heun; PNDM loses one full pass (DeepCache 0.1.1)",
        rules=("deepcache.change",),
        checks=("deepcache.unproven",),
        repair="count calls instead of looking timesteps up: our SafeDeepCache, which is written in by itself",
        methods=("deepcache",),
    ),
    SilentFailure(
        slug="deepcache_stale_start",
        sentence="DeepCache remembers at which timestep its first call began; a later call with another strength or "
        "number of steps begins from the cache of the picture before",
        where="image-to-image whose strength or steps differ from call to call (DeepCache 0.1.1)",
        rules=("deepcache.change",),
        repair="begin anew at every scheduler.set_timesteps: our SafeDeepCache, written in by itself",
        methods=("deepcache",),
    ),
    SilentFailure(
        slug="tgate_stays_patched",
        sentence="T-GATE leaves every attention layer patched, with the flags of its last step: a plain call of the "
        "pipeline after it draws another picture",
        where="every pipeline that T-GATE supports; it has no way to be unloaded (tgate 1.0.0)",
        rules=("tgate.change", "tgate.undo"),
        repair="call pipe.tgate(...) everywhere, or take the forward off each attention layer again",
        methods=("tgate",),
    ),
    SilentFailure(
        slug="taylorseer_default_layers",
        sentence="TaylorSeer's default names match no layer of these denoisers, and nothing is predicted",
        where=f"U-Nets, DiT and PixArt ({_SEEN})",
        rules=("taylorseer.change",),
        checks=("taylorseer.unproven",),
        repair='name the layers: cache_identifiers=[r".*transformer_blocks.*attn\\d$"]',
        methods=("taylorseer",),
    ),
    SilentFailure(
        slug="mag_cache_no_blocks",
        sentence="MagCache looks for a plain stack of transformer blocks, finds none in a U-Net and does nothing",
        where=f"U-Nets ({_SEEN})",
        rules=("knowledge.rules:unusable",),
        checks=("mag_cache.unproven",),
        repair="use it on DiT and PixArt only; on U-Nets DeepCache reuses features",
        methods=("mag_cache",),
    ),
    SilentFailure(
        slug="cache_finds_nothing",
        sentence="diffusers' SeaCache and TextKVCache are accepted and change nothing on these denoisers",
        where=f"DiT and PixArt, TextKVCache on U-Nets too ({_SEEN})",
        checks=(_UNASKED,),
        repair="use FirstBlockCache or TaylorSeer there",
    ),
    SilentFailure(
        slug="few_steps_without_weights",
        sentence="LCM and TCD run without complaint on a checkpoint that was not distilled for few steps, and the "
        "pictures are mush",
        where=f"every pipeline ({_SEEN})",
        checks=("few_step_lora.unproven", "tools.measure.report_card:evaluation"),
        repair="load a distilled LoRA or checkpoint first (LCM-LoRA, Hyper-SD), or use DPM-Solver++ at 15-20 steps",
        methods=("few_step_lora",),
    ),
    SilentFailure(
        slug="hidden_second_call",
        sentence="Heun and KDPM2 call the denoiser 2n-1 times for n steps: fewer steps are not fewer calls",
        where=f"second-order samplers on every pipeline ({_SEEN})",
        rules=("knowledge.steps:denoiser_calls",),
        checks=("sampler.unproven",),
        repair="compare denoiser calls, not steps",
        methods=("sampler",),
    ),
    SilentFailure(
        slug="foreign_sigmas",
        sentence="IPNDM and EDMEuler take noise levels of another convention from the configuration without "
        "complaint: they run, and the pictures are wrong",
        where=f"models of the Stable Diffusion families ({_SEEN})",
        checks=("tools.measure.report_card:evaluation",),
        repair="stay with DDIM, DPM-Solver++, UniPC, DEIS or Euler there",
    ),
    SilentFailure(
        slug="unscaled_noise",
        sentence="Euler needs its first noise scaled, DiTPipeline begins with noise of unit size: the pictures are "
        "empty",
        where=f"DiT ({_SEEN})",
        rules=("sampler.misfit",),
        repair="use DDIM, DPM-Solver++ or UniPC on DiT",
        methods=("sampler",),
    ),
    SilentFailure(
        slug="clipped_latents",
        sentence="DDIM clips its guess of the picture to [-1, 1] unless the configuration says otherwise; PixArt's "
        "says nothing, and clipped latents are ruined pictures",
        where=f"PixArt with DDIM ({_SEEN})",
        rules=("knowledge.methods.sampler:swap",),
        repair="DDIMScheduler.from_config(pipe.scheduler.config, clip_sample=False)",
        methods=("sampler",),
    ),
    SilentFailure(
        slug="cutoff_keeps_one_prompt",
        sentence="the library's guidance cut-off keeps the last prompt of a batch only",
        where=f"Stable Diffusion and SDXL with several pictures in a call ({_SEEN})",
        rules=("guidance_cutoff.misfit",),
        repair="one picture a call, or the guidance interval, which keeps every prompt",
        methods=("guidance_cutoff",),
    ),
    SilentFailure(
        slug="quantised_size",
        sentence="the sum of element_size() over the parameters is the size of the type they stand for, not of what "
        "is stored: quantised weights look as large as before",
        where="tensor subclasses of torchao 0.18",
        checks=("tools.measure.worker.replay:peak_mb",),
        repair="compare peak memory of the process or the device",
    ),
    SilentFailure(
        slug="negative_prompt_unread",
        sentence="with guidance_scale at or below 1 the unconditional half is not computed, so negative_prompt is "
        "not read",
        where=f"every pipeline with classifier-free guidance ({_SEEN})",
        rules=(_WARNED,),
        repair="raise guidance_scale above 1, or take negative_prompt out",
    ),
    SilentFailure(
        slug="lora_stays_fused",
        sentence="unload_lora_weights after fuse_lora leaves the LoRA in the weights",
        where=f"every pipeline that loads LoRAs ({_SEEN})",
        checks=("tools.measure.report_card:evaluation",),
        repair="call unfuse_lora first",
    ),
    SilentFailure(
        slug="one_tile",
        sentence="VAE tiling does nothing for a picture no larger than the VAE's own size: it is decoded whole, and "
        "memory is as before",
        where=f"AutoencoderKL with pictures up to its sample_size ({_SEEN})",
        checks=("vae_tiling.unproven",),
        repair="leave it out, or slice a batch with pipe.vae.enable_slicing()",
        methods=("vae_tiling",),
    ),
    SilentFailure(
        slug="seed_unheard",
        sentence="DiTPipeline hands its sampler no generator, so a stochastic one draws from the global one, and the "
        "same seed gives another picture each time",
        where=f"DiT with DPM-Solver++ SDE ({_SEEN})",
        rules=("sampler.misfit",),
        repair="use a sampler that draws nothing on the way: DDIM, DPM-Solver++ 2M, UniPC or DEIS",
        methods=("sampler",),
    ),
    SilentFailure(
        slug="settings_go_along",
        sentence="from_config carries settings of the sampler before along: Karras sigmas of DPM-Solver++ are Euler's "
        "too, when the pipeline is given its Euler back",
        where=f"SDXL from Euler to DPM-Solver++ with Karras sigmas and back ({_SEEN})",
        rules=("sampler.undo",),
        repair="name the setting on the way back: from_config(config, use_karras_sigmas=False)",
        methods=("sampler",),
    ),
    SilentFailure(
        slug="tf32_without_float32",
        sentence="allow_tf32 does nothing for a pipeline in float16 or bfloat16: no float32 product is left",
        where="every pipeline in half precision (PyTorch 2.14.1)",
        rules=("tf32.misfit",),
        checks=("tf32.unproven",),
        repair="leave it out, or keep float32",
        methods=("tf32",),
    ),
    SilentFailure(
        slug="another_picture",
        sentence="a change of resolution, guidance, batch or number of steps that nobody asked for makes a script "
        "faster and the comparison worthless",
        where="anything that edits a call",
        checks=(_UNASKED, "knowledge.proof:changed"),
        repair="undo the change; the plan says what may differ",
    ),
)
BY_SLUG = {s.slug: s for s in SILENT_FAILURES}


def silent_failures_of(method: str) -> tuple[SilentFailure, ...]:
    """Those that befall a method."""
    return tuple(s for s in SILENT_FAILURES if method in s.methods)
