"""The diagnostics of scripts: each with its severity, what it means and what to do. Described once.

Where they are looked for is `tools/script/lint/`; command line, language server and reference page show these words.
"""

from types import MappingProxyType

from pydantic import Field

from .silent import BY_SLUG
from .types import Record
from .types.diagnostic import Severity


class DiagnosticKind(Record):
    """One kind of finding."""

    code: str
    severity: Severity
    meaning: str = Field(description="what happens, for people; of a silent failure its own sentence")
    instead: str = Field(description="what to write")
    fixed: bool = Field(default=False, description="is there an edit that puts it right?")
    silent: str | None = Field(default=None, description="the silent failure that it is")
    method: str | None = Field(default=None, description="slug of the method that it is about")


def _of(slug: str, severity: Severity = "warning", code: str | None = None, fixed: bool = False) -> DiagnosticKind:
    """A silent failure that shows in the text of a script."""
    known = BY_SLUG[slug]
    return DiagnosticKind(
        code=code or slug.replace("_", "-"),
        severity=severity,
        meaning=known.sentence,
        instead=known.repair,
        fixed=fixed,
        silent=slug,
        method=known.methods[0] if known.methods else None,
    )


def _kind(
    code: str, severity: Severity, meaning: str, instead: str, fixed: bool = False, method: str | None = None
) -> DiagnosticKind:
    return DiagnosticKind(code=code, severity=severity, meaning=meaning, instead=instead, fixed=fixed, method=method)


_LOADING = (
    _kind(
        "float32-on-gpu",
        "information",
        "the pipeline computes in float32 on a GPU: twice the memory of float16, and half its speed or less",
        "load it with torch_dtype=torch.float16, or bfloat16 where the card has it",
        fixed=True,
        method="precision",
    ),
    _kind(
        "auto-pipeline",
        "information",
        "the class is taken from the checkpoint when it is loaded, so neither people nor tools see what is called",
        "name the class that the checkpoint has",
        fixed=True,
    ),
    _kind(
        "deprecated-id",
        "warning",
        "the checkpoint was taken off the hub under this id: it loads from a cache only",
        "use the id under which the same weights are kept",
        fixed=True,
    ),
    _kind(
        "deprecated-keyword",
        "hint",
        "torch_dtype warns in newer versions of diffusers, and is to go with 1.0",
        "write dtype, with diffusers 0.36 or newer",
        fixed=True,
    ),
    _kind(
        "missing-dtype",
        "warning",
        "a part is loaded in float32 and handed to a pipeline in half precision: the two clash when they meet",
        "load the part in the pipeline's number format",
        fixed=True,
        method="precision",
    ),
    _kind(
        "built-in-handler",
        "warning",
        "the pipeline is built anew for every request: loading takes longer than drawing",
        "build it once, where the server starts",
    ),
    _kind(
        "quantised-not-compiled",
        "warning",
        "weights in fewer bits are turned back at every call, which is slower than float16 unless it is compiled",
        "compile the denoiser: pipe.transformer.compile() or pipe.unet.compile()",
        method="torchao",
    ),
    _kind(
        "wrong-package",
        "error",
        "the package on PyPI has another name: this one is missing, empty or somebody else's",
        "install the package that is meant",
        fixed=True,
    ),
)
_CALLING = (
    _kind(
        "too-many-steps",
        "information",
        "the sampler has long converged: further steps cost time and change next to nothing",
        "take the steps that the sampler needs",
        fixed=True,
        method="sampler",
    ),
    _of("swallowed_keyword", fixed=True),
    _of("ignored_callback", fixed=True),
    _of("negative_prompt_unread"),
    _kind(
        "clash",
        "warning",
        "two settings undo each other, or one slows the other down",
        "leave one of them out",
    ),
)
_SWITCHES = (
    _kind(
        "attention-slicing",
        "information",
        "attention in slices saves memory that PyTorch 2's attention does not take any more, and is slower",
        "leave it out, unless the card has less than 4 GB",
        fixed=True,
    ),
    _kind(
        "removed-call",
        "error",
        "newer versions of diffusers have this method no longer on the pipeline: it raises AttributeError",
        "call it on the VAE",
        fixed=True,
    ),
    _of("attention_backend_inert", fixed=True),
    _of("tome_draws_at_random", code="tome-at-random", fixed=True),
    _of("taylorseer_default_layers"),
    _of("lora_stays_fused"),
    _kind(
        "method-inert",
        "warning",
        "a method is switched on where it does nothing, or does harm, and nobody says so",
        "take it out, or use the one that is named",
    ),
)
_SAMPLERS = (
    _kind(
        "scheduler-from-nothing",
        "warning",
        "a scheduler that is built from nothing has the library's betas and prediction type, not the model's",
        "make it with from_config(pipe.scheduler.config)",
        fixed=True,
        method="sampler",
    ),
    _of("few_steps_without_weights"),
    _of("clipped_latents", fixed=True),
)
_CACHES = (
    _kind(
        "tgate-without-loader",
        "error",
        "pipe.tgate(...) is called on a pipeline that no loader of T-GATE has wrapped: it has no such method",
        "wrap it first: pipe = TgateSDLoader(pipe)",
        method="tgate",
    ),
    _kind(
        "tgate-wrong-loader",
        "error",
        "each loader of T-GATE is for one class of pipelines",
        "use the loader of this pipeline's class",
        fixed=True,
        method="tgate",
    ),
    _kind(
        "tgate-never-called",
        "warning",
        "the pipeline is wrapped by T-GATE and called plainly: nothing is gated",
        "call pipe.tgate(...) in place of pipe(...)",
        fixed=True,
        method="tgate",
    ),
    _kind(
        "tgate-gate-too-late",
        "warning",
        "the gate is at or behind the last step, so it never closes",
        "choose a gate_step below num_inference_steps",
        method="tgate",
    ),
    _of("tgate_stays_patched", code="tgate-plain-call"),
    _kind(
        "deepcache-not-enabled",
        "warning",
        "the helper is made and never enabled: nothing is cached",
        "call helper.enable() before the pipeline",
        method="deepcache",
    ),
    _kind(
        "deepcache-not-disabled",
        "warning",
        "the helper is enabled in a function that is called again and again, and never disabled: the next request "
        "begins from features of this one, and enabling twice raises KeyError",
        "enable it once where the pipeline is built, or disable it at the end",
        method="deepcache",
    ),
    _of("deepcache_second_order"),
)
DIAGNOSTICS: tuple[DiagnosticKind, ...] = (*_LOADING, *_CALLING, *_SWITCHES, *_SAMPLERS, *_CACHES)
BY_CODE = MappingProxyType({k.code: k for k in DIAGNOSTICS})

WITHDRAWN = MappingProxyType(
    {
        "runwayml/stable-diffusion-v1-5": "stable-diffusion-v1-5/stable-diffusion-v1-5",
        "runwayml/stable-diffusion-inpainting": "stable-diffusion-v1-5/stable-diffusion-inpainting",
    }
)
"""ids that the hub has no longer -> where the same weights are"""
REMOVED = MappingProxyType(
    {f"{verb}_vae_{what}": f"vae.{verb}_{what}" for verb in ("enable", "disable") for what in ("slicing", "tiling")}
)
"""methods that pipelines have no longer -> what does it now"""

_MULTISTEP, _FIRST_ORDER, _SECOND_ORDER = 20, 50, 25
ENOUGH = MappingProxyType(
    {
        **dict.fromkeys(
            ("DPMSolverMultistepScheduler", "UniPCMultistepScheduler", "DEISMultistepScheduler"), _MULTISTEP
        ),
        **dict.fromkeys(
            ("DDIMScheduler", "PNDMScheduler", "EulerDiscreteScheduler", "EulerAncestralDiscreteScheduler"),
            _FIRST_ORDER,
        ),
        **dict.fromkeys(("HeunDiscreteScheduler", "KDPM2DiscreteScheduler"), _SECOND_ORDER),
        "FlowMatchEulerDiscreteScheduler": _FIRST_ORDER,
    }
)
"""steps at which a sampler has nearly converged (Lu et al. 2022; Liu et al. 2022), by its class"""
FAR_ABOVE = 1.5
"""times as many steps are too many"""
DISTILLED = 8
"""steps that checkpoints distilled for few steps are made for, at most"""
