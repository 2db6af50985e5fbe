"""What a live pipeline is made of: parts, sizes, configurations, and enough of the weights to know them again."""

import hashlib
import json
from typing import Any

_PARTS = ("text_encoder", "text_encoder_2", "text_encoder_3", "vae", "movq", "vqgan", "controlnet")
_ROUNDED = ("float32", "bfloat16")
"""types whose weights are the same numbers once they are rounded to bfloat16"""


def fields(pipeline: Any, denoiser: Any) -> dict[str, Any]:
    """The fields of `Trace` that say whose pipeline it is."""
    parts: dict[str, Any] = {n: getattr(pipeline, n, None) for n in _PARTS}
    named = {n: p for n, p in parts.items() if hasattr(p, "parameters")}
    everything = {"denoiser": denoiser, **named}
    steps = getattr(getattr(pipeline, "scheduler", None), "timesteps", None)
    return {
        "distinct_timesteps": None if steps is None else len({float(t) for t in steps}),
        "components": _components(pipeline),
        "parameters": {n: sum(w.numel() for w in p.parameters()) for n, p in named.items()},
        "configs": {n: sha for n, p in everything.items() if (sha := _config(p))},
        "samples": {n: sha for n, p in everything.items() if (sha := _sample(p))},
    }


def text_tokens(args: tuple[Any, ...], kwargs: dict[str, Any]) -> int:
    """Tokens of text in one call of the denoiser; 0 where they cannot be seen."""
    given = kwargs.get("encoder_hidden_states", args[2] if len(args) > 2 else None)
    shape = getattr(given, "shape", ())
    return int(shape[1]) if len(shape) == 3 else 0


def negative(arguments: dict[str, Any]) -> str | None:
    """The first negative prompt of a call."""
    given = arguments.get("negative_prompt")
    first = given[0] if isinstance(given, (list, tuple)) and given else given
    return first if isinstance(first, str) else None


def _components(pipeline: Any) -> dict[str, str]:
    """Parts by their names, less those that are absent; a compiled one under its own class."""
    registered = dict(getattr(pipeline, "config", {}))
    parts = {n: getattr(pipeline, n, None) for n, v in sorted(registered.items()) if isinstance(v, (list, tuple))}
    return {n: type(getattr(p, "_orig_mod", p)).__name__ for n, p in parts.items() if p is not None}


def _config(part: Any) -> str:
    """Of what it is configured to be, not of where it came from or with which library."""
    config: Any = getattr(part, "config", None)
    if config is None:
        return ""
    told = config.to_dict() if hasattr(config, "to_dict") else dict(config)
    kept = {k: v for k, v in told.items() if not k.startswith("_") and k not in ("dtype", "torch_dtype")}
    kept = {k: v for k, v in kept.items() if k not in ("transformers_version", "quantization_config")}
    text = json.dumps(kept, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _sample(part: Any) -> str:
    """Three numbers of every weight; empty where they cannot be read, or are kept in fewer bits."""
    import torch

    taken: list[Any] = []
    for weight in part.parameters():
        if weight.is_meta or str(weight.dtype).removeprefix("torch.") not in _ROUNDED:
            return ""
        if weight.numel():
            ends = (tuple(0 for _ in weight.shape), tuple(n // 2 for n in weight.shape), (-1,) * weight.ndim)
            taken += [weight.detach()[at].to(torch.bfloat16) for at in ends]
    if not taken:
        return ""
    numbers = torch.stack([t.to(taken[0].device) for t in taken]).cpu().view(torch.int16).numpy()
    return hashlib.blake2b(numbers.tobytes(), digest_size=8).hexdigest()
