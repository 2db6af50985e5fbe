"""What diffusers' own caches have in common: how a script switches them on and off, and how reuse shows in a record."""

from collections.abc import Mapping
from types import MappingProxyType

from .adapters import KEEP_FEATURES
from .situation import Situation
from .types import Change, Import, Trace

CACHES = frozenset({"first_block_cache", "taylorseer", "mag_cache", "pyramid_attention", "faster_cache", "cache_dit"})
"""one of them at a time: each takes the whole denoiser"""
HOOKS: Mapping[str, str] = MappingProxyType({"diffusers": ">=0.42"})
"""the version that the adapter was tried with"""
SOURCE = "diffusers documentation, optimization/cache"
TRIED = frozenset({"DiTPipeline", "PixArtAlphaPipeline", "PixArtSigmaPipeline"})
"""transformers that the adapter was tried with"""
_BESIDE = frozenset({"deepcache", "tgate", "tome", "compile", "layer_skip"})
"""methods that replace the same forward passes, or trace them once and for all"""
_TELLING = frozenset(
    {
        *("CogVideoXPipeline", "CogView4Pipeline", "Flux2KleinPipeline", "FluxPipeline", "HunyuanVideoPipeline"),
        *("LTXPipeline", "MochiPipeline", "QwenImageEditPipeline", "QwenImagePipeline"),
    }
)
"""pipelines that tell their transformer which half of guidance a call is for, as the caches ask"""


def others(slug: str) -> frozenset[str]:
    """What a cache cannot be combined with."""
    return (CACHES | _BESIDE) - {slug}


def kept(situation: Situation, config: str, settings: Mapping[str, object]) -> Change:
    """Switch the cache of `config` on, through the adapter for denoisers that diffusers gives no cache."""
    written = f"{config}({', '.join(f'{name}={value}' for name, value in settings.items())})"
    if _tells(situation):
        return Change(
            imports=(Import(module="diffusers", name=config),),
            setup=(f"{{pipe}}.{situation.denoiser}.enable_cache({written})",),
        )
    return Change(
        imports=(
            Import(module="torch"),
            Import(module="diffusers", name=config),
            Import(module="diffusers.models", name="CacheMixin"),
        ),
        definitions=(KEEP_FEATURES,),
        setup=(f"keep_features({{pipe}}.{situation.denoiser}, {written})",),
    )


def forgotten(situation: Situation) -> tuple[str, ...]:
    """Take a cache that was switched on by `kept` away again."""
    if _tells(situation):
        return (f"{{pipe}}.{situation.denoiser}.disable_cache()",)
    return (f"forget_features({{pipe}}.{situation.denoiser})",)


def untold(situation: Situation) -> str | None:
    """Why diffusers' caches do not run here; None where the pipeline tells them what they ask, or the adapter does."""
    return None if _tells(situation) else untried(situation)


def _tells(situation: Situation) -> bool:
    """As the live pipeline shows; before it is known, by its class."""
    if situation.facts is not None:
        return situation.facts.cache and situation.facts.tells
    return situation.pipeline_class in _TELLING


def untried(situation: Situation) -> str | None:
    """Why the adapter is not offered here; None for the denoisers that it was tried with."""
    layers = situation.facts.denoiser_class if situation.facts else "UNet2DConditionModel"
    if situation.pipeline_class in TRIED or (situation.backbone == "unet" and layers == "UNet2DConditionModel"):
        return None
    return (
        f"{situation.pipeline_class} does not tell diffusers' caches where it is, and our adapter was not tried with it"
    )


def never_reused(trace: Trace, before: Trace) -> str | None:
    """Why the record shows no reuse: attention ran as often in a denoiser call as before."""
    was, now = attention_rate(before), attention_rate(trace)
    if trace.compiled or was is None or now is None or now < was:
        return None
    return f"attention ran {now:.0f} times in a denoiser call, as before: nothing was reused"


def attention_rate(trace: Trace) -> float | None:
    """Attention layers that really ran, in one denoiser call; None where they were not counted."""
    ran = trace.self_attention_calls + trace.cross_attention_calls
    return ran / trace.denoiser_calls if ran and trace.denoiser_calls else None
