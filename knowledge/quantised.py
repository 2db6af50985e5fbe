"""What methods that keep weights in fewer bits have in common."""

from .types import Trace

QUANTISERS = frozenset({"torchao", "quanto", "bitsandbytes"})
"""one of them at a time"""
_TOUCHY = frozenset({"layerwise_casting", "few_step_lora", "channels_last", "fused_qkv", "sequential_offload"})
"""methods that move, cast or join weights, which quantised ones do not stand"""


def others(slug: str) -> frozenset[str]:
    """What such a method cannot be combined with."""
    return (QUANTISERS | _TOUCHY) - {slug}


def not_quantised(trace: Trace, before: Trace) -> str | None:
    """Why the record shows no fewer bits; None where it does."""
    if trace.quantised_layers > before.quantised_layers:
        return None
    return "every layer of the denoiser keeps its weights as before"
