"""What can be said of any pipeline object, whether its class is known or not: `knowledge.types.DenoiserFacts`."""

# pyright: reportUnknownLambdaType=false

import inspect
from contextlib import suppress
from typing import Any

_DENOISERS = ("unet", "transformer", "decoder", "prior")
_DECODERS = ("vae", "movq", "vqgan")
_CONTAINERS = ("ModuleList", "ModuleDict", "Sequential")


def facts_of(pipeline: Any) -> dict[str, Any] | None:
    """The fields of `DenoiserFacts`; None where nothing in the pipeline looks like a denoiser."""
    attribute = denoiser_name(pipeline)
    if attribute is None:
        return None
    denoiser = getattr(pipeline, attribute)
    plain = getattr(denoiser, "_orig_mod", denoiser)
    blocks = [type(m).__name__ for m in plain.modules() if _is_block(m)]
    return {
        "attribute": attribute,
        "denoiser_class": type(plain).__name__,
        "backbone": _backbone(plain, blocks),
        "cross_attention": any(_is_cross(m) for m in plain.modules()),
        "blocks": len(blocks),
        "block_classes": sorted(set(blocks)),
        "stacks": [n for n, m in plain.named_children() if _is_stack(m)],
        "cache": any(c.__name__ == "CacheMixin" for c in type(plain).__mro__),
        "repeated_blocks": list(getattr(plain, "_repeated_blocks", None) or ()),
        "fuses": _fuses(plain),
        "dispatches": any(hasattr(getattr(m, "processor", None), "_attention_backend") for m in plain.modules()),
        "prediction": _prediction(getattr(pipeline, "scheduler", None)),
        "decoder": decoder_name(pipeline),
        "inner": sorted(n for n, v in vars(pipeline).items() if _is_pipeline(v)),
        **_call_facts(pipeline),
    }


def denoiser_of(pipeline: Any) -> Any:
    """The module that is called at every step. Raises AttributeError where there is none."""
    attribute = denoiser_name(pipeline)
    if attribute is None:
        raise AttributeError(f"{type(pipeline).__name__} holds nothing that is called with a timestep")
    return getattr(pipeline, attribute)


def denoiser_name(pipeline: Any) -> str | None:
    """The attribute that holds it: by its usual names, else the largest part that is called with a timestep."""
    for name in _DENOISERS:
        if _is_module(getattr(pipeline, name, None)):  # a compiled one has no truth value
            return name
    timed = {n: m for n, m in vars(pipeline).items() if _is_module(m) and _takes_a_timestep(m)}
    return max(timed, key=lambda n: sum(p.numel() for p in timed[n].parameters()), default=None)


def shape_of(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int, ...]:
    """The shape of what the denoiser is given; some are given a list, an entry a picture."""
    sample: Any = args[0] if args else kwargs.get("sample", kwargs.get("hidden_states", kwargs.get("x")))
    return (len(sample), *sample[0].shape) if isinstance(sample, (list, tuple)) else tuple(sample.shape)


def decoder_name(pipeline: Any) -> str | None:
    """The attribute of the part that turns latents into pixels."""
    return next((n for n in _DECODERS if hasattr(getattr(pipeline, n, None), "decode")), None)


def _is_module(value: Any) -> bool:
    return hasattr(value, "named_modules") and hasattr(value, "parameters")


def _takes_a_timestep(module: Any) -> bool:
    return any("timestep" in name for name in inspect.signature(module.forward).parameters)


def _is_pipeline(value: Any) -> bool:
    return any(c.__name__ == "DiffusionPipeline" for c in type(value).__mro__)


def _is_attention(module: Any) -> bool:
    return hasattr(module, "to_q") or hasattr(module, "to_qkv") or "Attention" in type(module).__name__


def _is_block(module: Any) -> bool:
    """A module with attention among its own parts, and something besides."""
    parts, name = list(module.children()), type(module).__name__
    if len(parts) < 2 or _is_attention(module) or name in _CONTAINERS or "Embed" in name:
        return False
    return any(_is_attention(p) for p in parts)


def _is_stack(module: Any) -> bool:
    return type(module).__name__ == "ModuleList" and len(module) > 0 and all(_is_block(m) for m in module)


def _fuses(denoiser: Any) -> bool:
    """Models of today inherit the method whether their attention layers know what to do or not."""
    method: Any = getattr(type(denoiser), "fuse_qkv_projections", None)
    inherited = getattr(method, "__module__", "").endswith("models.attention")
    return method is not None and (not inherited or any(_can_fuse(m) for m in denoiser.modules()))


def _can_fuse(module: Any) -> bool:
    return bool(getattr(module, "_supports_qkv_fusion", False)) and hasattr(module, "fuse_projections")


def _is_cross(module: Any) -> bool:
    if getattr(module, "is_cross_attention", False) or getattr(module, "cross_attention_dim_head", None) is not None:
        return _is_attention(module)
    return any(_is_attention(m) and n in ("attn2", "cross_attn") for n, m in module.named_children())


def _backbone(denoiser: Any, blocks: list[str]) -> str:
    if hasattr(denoiser, "down_blocks") and hasattr(denoiser, "up_blocks"):
        return "unet"
    return "dit" if blocks else "unknown"


def _prediction(scheduler: Any) -> str | None:
    """Flow matching is said in three ways: by the class, by its sigmas, by the type of prediction."""
    config: Any = getattr(scheduler, "config", {})
    said = config.get("prediction_type")
    if type(scheduler).__name__.startswith("FlowMatch") or config.get("use_flow_sigmas") or said == "flow_prediction":
        return "flow"
    return said if isinstance(said, str) else None


def _call_facts(pipeline: Any) -> dict[str, Any]:
    call = _call_of(pipeline)
    parameters = list(inspect.signature(call).parameters.values())
    names = [p.name for p in parameters]
    return {
        "callback": "callback_on_step_end" in names,
        "tensor_inputs": list(getattr(pipeline, "_callback_tensor_inputs", ())),
        "guidance": [n for n in names if "guidance" in n or n.endswith("cfg_scale")],
        "tells": "cache_context(" in _text_of(call),
        "swallows": any(p.kind is p.VAR_KEYWORD for p in parameters),
    }


def _call_of(pipeline: Any) -> Any:
    """The outermost `__call__` that does more than pass its arguments on."""
    calls = [inspect.unwrap(vars(c)["__call__"]) for c in type(pipeline).__mro__ if "__call__" in vars(c)]
    named = (c for c in calls if any(_is_named(p) for p in inspect.signature(c).parameters.values()))
    return next(named, calls[0])


def _is_named(parameter: inspect.Parameter) -> bool:
    return parameter.kind is parameter.POSITIONAL_OR_KEYWORD and parameter.name != "self"


def _text_of(function: Any) -> str:
    """Its source; nothing where that is not to be had, as of a class that a script defines while it is executed."""
    with suppress(OSError, TypeError):
        return inspect.getsource(function)
    return ""
