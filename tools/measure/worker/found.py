"""Which acceleration methods are on the live objects, with the settings they have there, by the knowledge's slugs."""

from typing import Any

Settings = dict[str, Any]


def methods_on(pipeline: Any, denoiser: Any, arguments: Settings) -> dict[str, Settings]:
    """Slug -> settings, in the words of `Method.written`."""
    looked = {
        "precision": _precision(denoiser),
        "deepcache": _deepcache(denoiser),
        "tome": _tome(denoiser),
        "guidance_cutoff": _cutoff(pipeline, arguments),
        "fused_qkv": {} if fused(denoiser) else None,
        "channels_last": {} if channels_last(denoiser) else None,
        "compile": _compiled(denoiser),
    }
    return {slug: settings for slug, settings in looked.items() if settings is not None}


def _precision(denoiser: Any) -> Settings | None:
    dtype = dtype_of(denoiser)
    return {"dtype": dtype} if dtype in ("float16", "bfloat16") else None


def dtype_of(module: Any) -> str:
    """`float16`"""
    return str(next(module.parameters()).dtype).removeprefix("torch.")


def _deepcache(denoiser: Any) -> Settings | None:
    """The helper is held by nobody but the forward it puts on the UNet."""
    forward = unwrapped(denoiser).__dict__.get("forward")
    for cell in getattr(forward, "__closure__", None) or ():
        parameters = getattr(cell.cell_contents, "params", None)
        if type(cell.cell_contents).__name__ == "DeepCacheSDHelper" and isinstance(parameters, dict):
            branch = 3 * parameters["cache_block_id"] + parameters["cache_layer_id"]
            return {"interval": parameters["cache_interval"], "branch": branch}
    return None


def _tome(denoiser: Any) -> Settings | None:
    """Removing the patch leaves its settings behind, so the blocks are asked first."""
    plain = unwrapped(denoiser)
    if not any(type(m).__name__ == "ToMeBlock" for m in plain.modules()):
        return None
    settings = getattr(plain, "_tome_info", {}).get("args", {})
    return {k: settings[k] for k in ("ratio", "max_downsample") if k in settings}


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
    """Has any attention layer fused projections?"""
    return any(getattr(m, "fused_projections", False) for m in denoiser.modules())


def channels_last(denoiser: Any) -> bool:
    """Are convolutions laid out channels-last? 1x1 ones look the same either way and are not asked."""
    import torch

    for m in denoiser.modules():
        if isinstance(m, torch.nn.Conv2d) and m.weight.shape[1] > 1 and m.weight.shape[2] > 1:
            return m.weight.is_contiguous(memory_format=torch.channels_last) and not m.weight.is_contiguous()
    return False
