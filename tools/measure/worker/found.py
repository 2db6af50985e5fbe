"""Which acceleration methods are on the live objects, with the settings they have there, by the knowledge's slugs."""

from collections import Counter
from typing import Any

Settings = dict[str, Any]
_CACHES: dict[str, tuple[str, dict[str, str]]] = {
    "FirstBlockCacheConfig": ("first_block_cache", {"threshold": "threshold"}),
    "TaylorSeerCacheConfig": ("taylorseer", {"interval": "cache_interval", "order_of_series": "max_order"}),
    "MagCacheConfig": ("mag_cache", {"threshold": "threshold", "max_skips": "max_skip_steps"}),
    "PyramidAttentionBroadcastConfig": (
        "pyramid_attention",
        {"self_every": "spatial_attention_block_skip_range", "cross_every": "cross_attention_block_skip_range"},
    ),
    "FasterCacheConfig": (
        "faster_cache",
        {"unguided_every": "unconditional_batch_skip_range", "attention_every": "spatial_attention_block_skip_range"},
    ),
}
"""class of a configuration -> slug, and the library's name of each knob"""


def methods_on(pipeline: Any, denoiser: Any, arguments: Settings) -> dict[str, Settings]:
    """Slug -> settings, in the words of `Method.written`."""
    looked = {
        "precision": _precision(denoiser),
        "deepcache": _deepcache(denoiser),
        "tome": _tome(denoiser),
        "guidance_cutoff": _cutoff(pipeline, arguments),
        "guidance_interval": _interval(arguments),
        **_cached(denoiser),
        "layer_skip": _skipped(denoiser),
        "fused_qkv": {} if fused(denoiser) else None,
        "xformers": {} if _processors(denoiser, "XFormers") else None,
        "sage_attention": _sage(),
        "channels_last": {} if channels_last(denoiser) else None,
        "compile": _compiled(denoiser),
    }
    return {slug: settings for slug, settings in looked.items() if settings is not None}


def _precision(denoiser: Any) -> Settings | None:
    dtype = dtype_of(denoiser)
    return {"dtype": dtype} if dtype in ("float16", "bfloat16") else None


def dtype_of(module: Any) -> str:
    """`float16`: of most of its weights, as some models keep a few layers in 32 bits."""
    weights: Counter[str] = Counter()
    for parameter in module.parameters():
        weights[str(parameter.dtype).removeprefix("torch.")] += parameter.numel()
    return weights.most_common(1)[0][0]


def _deepcache(denoiser: Any) -> Settings | None:
    """The helper is held by nobody but the forward it puts on the UNet; our adapter by the hook that counts calls."""
    plain = unwrapped(denoiser)
    cells = getattr(plain.__dict__.get("forward"), "__closure__", None) or ()
    hooks = getattr(plain, "_forward_pre_hooks", {}).values()
    for held in (*(c.cell_contents for c in cells), *(getattr(h, "__self__", None) for h in hooks)):
        parameters = getattr(held, "params", None)
        if "DeepCacheSDHelper" in {c.__name__ for c in type(held).__mro__} and isinstance(parameters, dict):
            branch = 3 * parameters["cache_block_id"] + parameters["cache_layer_id"]
            return {"interval": parameters["cache_interval"], "branch": branch}
    return None


def _tome(denoiser: Any) -> Settings | None:
    """Removing the patch leaves its settings behind, but not the hook that measures the latents."""
    kept = getattr(unwrapped(denoiser), "_tome_info", {})
    if not kept.get("hooks"):
        return None
    return {k: kept["args"][k] for k in ("ratio", "max_downsample") if k in kept["args"]}


def _cached(denoiser: Any) -> dict[str, Settings]:
    """The cache of diffusers that is switched on, under the slug of its method."""
    config: Any = getattr(unwrapped(denoiser), "_cache_config", None)
    slug, knobs = _CACHES.get(type(config).__name__, (None, {}))
    if slug is None:
        return {}
    shown = {knob: getattr(config, name, None) for knob, name in knobs.items()}
    if slug == "taylorseer":
        shown["scope"] = "whole" if config.skip_predict_identifiers or config.use_lite_mode else "attention"
    return {slug: {k: v for k, v in shown.items() if v is not None}}


def _skipped(denoiser: Any) -> Settings | None:
    skipped = getattr(unwrapped(denoiser), "skipped_layers", None)
    return None if skipped is None else {"blocks": len(skipped)}


def _processors(denoiser: Any, prefix: str) -> bool:
    """Has any attention layer a processor whose class begins so?"""
    return any(type(getattr(m, "processor", None)).__name__.startswith(prefix) for m in denoiser.modules())


def _sage() -> Settings | None:
    import torch

    return {} if hasattr(torch.nn.functional.scaled_dot_product_attention, "by_sage") else None


def _interval(arguments: Settings) -> Settings | None:
    callback: Any = arguments.get("callback_on_step_end")
    if type(callback).__name__ != "GuidanceInterval":
        return None
    return {"first": callback.first, "last": callback.last}


def _cutoff(pipeline: Any, arguments: Settings) -> Settings | None:
    callback: Any = arguments.get("callback_on_step_end")
    if not type(callback).__name__.endswith("CFGCutoffCallback"):
        return None
    index, ratio = callback.config.cutoff_step_index, callback.config.cutoff_step_ratio
    return {"index": int(pipeline.num_timesteps * ratio) if index is None else index}


def tgate(arguments: Settings) -> Settings:
    """What a call of `pipe.tgate(...)` asks for."""
    return {k: arguments[k] for k in ("gate_step", "sp_interval", "fi_interval", "warm_up") if k in arguments}


def _compiled(denoiser: Any) -> Settings | None:
    if hasattr(denoiser, "_orig_mod") or getattr(denoiser, "_compiled_call_impl", None) is not None:
        return {"scope": "whole"}
    return {"scope": "regional"} if is_compiled(denoiser) else None


def is_compiled(denoiser: Any) -> bool:
    """torch.compile on the whole module, or on any module inside it."""
    if hasattr(denoiser, "_orig_mod"):
        return True
    return any(getattr(m, "_compiled_call_impl", None) is not None for m in denoiser.modules())


def unwrapped(module: Any) -> Any:
    """The module itself, where it is compiled."""
    return getattr(module, "_orig_mod", module)


def fused(denoiser: Any) -> bool:
    """Has any attention layer fused projections? The older class keeps the mark when its processor is taken away."""
    marked = [m for m in denoiser.modules() if getattr(m, "fused_projections", False)]
    return any(type(m).__name__ != "Attention" or _processors(m, "Fused") for m in marked)


def channels_last(denoiser: Any) -> bool:
    """Are convolutions laid out channels-last? 1x1 ones look the same either way and are not asked."""
    import torch

    for m in denoiser.modules():
        if isinstance(m, torch.nn.Conv2d) and m.weight.shape[1] > 1 and m.weight.shape[2] > 1:
            return m.weight.is_contiguous(memory_format=torch.channels_last) and not m.weight.is_contiguous()
    return False
