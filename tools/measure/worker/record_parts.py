"""What the live objects say of everything around the denoiser's arithmetic: sampler, weights, VAE, memory, compiler."""

import inspect
from collections import Counter
from typing import Any

from . import found

_QUANTISING = {"optimum.quanto": "quanto", "bitsandbytes": "bitsandbytes", "torchao": "torchao"}
"""package of a layer's class, or of its weights' class -> slug"""
_FEW_STEPS = {"LCMScheduler": "lcm", "TCDScheduler": "tcd"}


def fields(pipeline: Any, denoiser: Any, arguments: dict[str, Any], calls: Counter[str]) -> dict[str, Any]:
    """The fields of `Trace` that are about parts and settings."""
    import torch

    config: Any = getattr(pipeline.scheduler, "config", {})
    return {
        "compile_mode": compile_mode(denoiser),
        "timestep_spacing": config.get("timestep_spacing"),
        "solver": _solver(pipeline.scheduler, config),
        **_vae(pipeline),
        "vae_passes": calls["decoder"] if calls["deep"] and calls["decoder"] else None,
        "adapters": sorted(adapters(denoiser)),
        "weights": weights(denoiser),
        "quantised_layers": sum(quantised(denoiser).values()),
        "offload": offload(pipeline, denoiser),
        "parallel": _parallel(denoiser),
        "tf32": bool(torch.backends.cuda.matmul.allow_tf32),
        "images_per_call": _images(arguments),
        "progress_bar": not getattr(pipeline, "_progress_bar_config", {}).get("disable", False),
        "watermark": getattr(pipeline, "watermark", None) is not None,
    }


def _solver(scheduler: Any, config: Any) -> dict[str, Any]:
    """Settings that its class has: a configuration carries those of the class before along."""
    known = inspect.signature(type(scheduler).__init__).parameters
    return {k: config[k] for k in ("algorithm_type", "use_karras_sigmas") if k in known and config.get(k) is not None}


def methods_on(pipeline: Any, denoiser: Any, arguments: dict[str, Any]) -> dict[str, found.Settings]:
    """Slug -> settings, of the methods that change what is computed or where it lies."""
    import torch

    vae = getattr(pipeline, "vae", None)
    config: Any = getattr(pipeline.scheduler, "config", {})
    moved = {"model": "model_offload", "sequential": "sequential_offload", "group": "group_offload"}
    spaced = {"spacing": config.get("timestep_spacing")} if "usual_spacing" in vars(pipeline) else None
    looked = {
        "timestep_spacing": spaced,
        "few_step_lora": _few_steps(pipeline, denoiser, arguments),
        # It is a switch of the GPU's, and says nothing where there is none in use.
        "tf32": {} if torch.cuda.is_initialized() and torch.backends.cuda.matmul.allow_tf32 else None,
        "layerwise_casting": _cast(denoiser),
        **{slug: {} for slug in quantised(denoiser)},
        "vae_slicing": {} if getattr(vae, "use_slicing", False) else None,
        "vae_tiling": {} if getattr(vae, "use_tiling", False) else None,
        "tiny_vae": {} if type(vae).__name__ == "AutoencoderTiny" else None,
        "fp16_vae": {} if "fp16-fix" in (_loaded_from(vae) or "") else None,
        "prompt_cache": _remembered(pipeline),
        moved.get(offload(pipeline, denoiser) or "", ""): {},
        "context_parallel": {} if _parallel(denoiser) else None,
        "compile": _compiled(denoiser),
    }
    return {slug: settings for slug, settings in looked.items() if slug and settings is not None}


def hooks(pipeline: Any, calls: Counter[str]) -> list[Any]:
    """Count how often the decoder's network runs: more than once a picture where it is decoded in tiles."""
    decoder: Any = getattr(getattr(pipeline, "vae", None), "decoder", None)
    if not hasattr(decoder, "register_forward_hook"):
        return []

    def count(*_: Any) -> None:
        calls["decoder"] += 1

    return [decoder.register_forward_hook(count)]


def compile_mode(denoiser: Any) -> str | None:
    """The mode that torch.compile was given, read from what the compiler was set to; None where there is none."""
    compiled: Any = denoiser if hasattr(denoiser, "_orig_mod") else None
    if compiled is None:
        calls = (getattr(m, "_compiled_call_impl", None) for m in denoiser.modules())
        compiled = next((c for c in calls if c is not None), None)
    read: Any = getattr(compiled, "get_compiler_config", None)
    config = read() if compiled is not None and read is not None else None
    if config is None:
        return None
    graphs, tuned = config.get("triton.cudagraphs"), config.get("max_autotune")
    if tuned:
        return "max-autotune" if graphs else "max-autotune-no-cudagraphs"
    return "reduce-overhead" if graphs else "default"


def _compiled(denoiser: Any) -> found.Settings | None:
    """In another mode than the usual one; that one is said by `found`."""
    if (mode := compile_mode(denoiser)) in (None, "default"):
        return None
    whole = hasattr(denoiser, "_orig_mod") or getattr(denoiser, "_compiled_call_impl", None) is not None
    return {"scope": "whole" if whole else "regional", "mode": mode}


def weights(denoiser: Any) -> dict[str, int]:
    """Type of the weights -> layers of the denoiser that have them."""
    return dict(
        Counter(_dtype(m) for m in denoiser.modules() if getattr(m, "_parameters", {}).get("weight") is not None)
    )


def _dtype(layer: Any) -> str:
    return str(layer.weight.dtype).removeprefix("torch.")


def quantised(denoiser: Any) -> dict[str, int]:
    """Slug of the library -> layers that keep their weights in its format."""
    counted: Counter[str] = Counter()
    for layer in denoiser.modules():
        weight: Any = getattr(layer, "_parameters", {}).get("weight")
        origins = (type(layer).__module__, type(weight).__module__)
        if weight is not None:
            counted.update({s for p, s in _QUANTISING.items() if any(o.startswith(p) for o in origins)})
    return dict(counted)


def adapters(denoiser: Any) -> set[str]:
    """LoRAs that are loaded into the denoiser and switched on."""
    named: set[str] = set()
    for layer in denoiser.modules():
        if hasattr(layer, "lora_A") and not getattr(layer, "disable_adapters", False):
            named |= {a for a in layer.active_adapters if a in layer.lora_A}
    return named


def offload(pipeline: Any, denoiser: Any) -> str | None:
    """`model`, `sequential` or `group`, by whose hooks are on the parts."""
    modules = list(found.unwrapped(denoiser).modules())
    if any(_has_hook(m, "group_offloading") for m in modules):
        return "group"
    if getattr(pipeline, "_all_hooks", None):
        return "model"
    return "sequential" if any(_aligns(getattr(m, "_hf_hook", None)) for m in modules) else None


def _aligns(hook: Any) -> bool:
    """Does it bring weights for the moment of a call? Several hooks on one module are a list of them."""
    return any(getattr(h, "offload", False) for h in (hook, *getattr(hook, "hooks", ())))


def _has_hook(module: Any, name: str) -> bool:
    registry: Any = getattr(module, "_diffusers_hook", None)
    return registry is not None and registry.get_hook(name) is not None


def _cast(denoiser: Any) -> found.Settings | None:
    cast = next((m for m in denoiser.modules() if _has_hook(m, "layerwise_casting")), None)
    return None if cast is None else {"storage": _dtype(cast)}


def _vae(pipeline: Any) -> dict[str, Any]:
    vae = getattr(pipeline, "vae", None)
    if vae is None:
        return {}
    return {
        "vae_class": type(vae).__name__,
        "vae_id": _loaded_from(vae),
        "vae_upcast": _dtype_of(vae) == "float16" and bool(getattr(vae.config, "force_upcast", False)),
        "vae_slicing": bool(getattr(vae, "use_slicing", False)),
        "vae_tiling": bool(getattr(vae, "use_tiling", False)),
    }


def _dtype_of(part: Any) -> str | None:
    return found.dtype_of(part) if next(part.parameters(), None) is not None else None


def _loaded_from(part: Any) -> str | None:
    return getattr(getattr(part, "config", None), "_name_or_path", None) or None


def _few_steps(pipeline: Any, denoiser: Any, arguments: dict[str, Any]) -> found.Settings | None:
    kind = _FEW_STEPS.get(type(pipeline.scheduler).__name__)
    if kind is None or not adapters(denoiser):
        return None
    steps = arguments.get("num_inference_steps")
    return {"distilled": kind} | ({} if steps is None else {"few_steps": steps})


def _remembered(pipeline: Any) -> found.Settings | None:
    encoder = getattr(pipeline, "text_encoder", None)
    forward: Any = None if encoder is None else vars(encoder).get("forward")
    return {"entries": forward.entries} if hasattr(forward, "entries") else None


def _parallel(denoiser: Any) -> int | None:
    """GPUs that share one picture."""
    config: Any = getattr(getattr(denoiser, "_parallel_config", None), "context_parallel_config", None)
    return None if config is None else (config.ring_degree or 1) * (config.ulysses_degree or 1)


def _images(arguments: dict[str, Any]) -> int:
    prompt = arguments.get("prompt")
    return (len(prompt) if isinstance(prompt, (list, tuple)) else 1) * int(arguments.get("num_images_per_prompt") or 1)
