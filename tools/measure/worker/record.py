"""What one call of the live pipeline really did: seconds by stage, denoiser calls, batches, tokens, FLOPs."""

# pyright: reportUnknownLambdaType=false

import re
import time
from collections import Counter, defaultdict
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from . import found, identity, inspect_live, record_parts

_KERNEL = re.compile(r"scaled_dot_product_(\w+?)_attention")
_CACHED = re.compile(r"models--([^/\\]+)[/\\]snapshots[/\\]")


class Reading:
    """The record of one call."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.calls: Counter[str] = Counter()
        self.batches: Counter[str] = Counter()
        self.tokens: set[int] = set()
        self.text_tokens = 0
        self.latent_shape: tuple[int, ...] = ()
        self.gflop: float | None = None
        self.kernels: set[str] = set()

    def stages(self, total: float) -> dict[str, Any]:
        """Seconds by stage on this process's clock; `rest` is what no stage accounts for."""
        text, vae = self.seconds["text_encoder"], self.seconds["vae"]
        denoiser = self.seconds["denoiser"] + self.seconds["controlnet"]  # it runs at every step, and goes with them
        rest = max(0.0, total - text - denoiser - vae)
        return {
            "text_encoder_s": text,
            "denoiser_s": denoiser,
            "vae_s": vae,
            "rest_s": rest,
            "denoiser_calls": self.calls["denoiser"],
        }

    def trace(self, pipeline: Any, arguments: dict[str, Any]) -> dict[str, Any]:
        """The fields of `knowledge.types.Trace`, from the live objects and the arguments of the call."""
        denoiser = denoiser_of(pipeline)
        deep = self.calls["deep"] > 0
        return {
            **_identity(pipeline, denoiser),
            **identity.fields(pipeline, found.unwrapped(denoiser)),
            "timesteps": len(pipeline.scheduler.timesteps),
            "text_encodes": self.calls["text_encoder"] if getattr(pipeline, "text_encoder", None) is not None else None,
            "text_tokens": self.text_tokens,
            **record_parts.fields(pipeline, denoiser, arguments, self.calls),
            "methods": found.methods_on(pipeline, denoiser, arguments)
            | record_parts.methods_on(pipeline, denoiser, arguments),
            "denoiser_calls": self.calls["denoiser"],
            "batch_sizes": dict(self.batches),
            "latent_shape": list(self.latent_shape),
            "mid_block_calls": self.calls["mid_block"] if deep and hasattr(denoiser, "mid_block") else None,
            "self_attention_tokens": sorted(self.tokens),
            "self_attention_calls": self.calls["self_attention"],
            "cross_attention_calls": self.calls["cross_attention"],
            "attention_kernels": sorted(self.kernels),
            "fused_qkv": found.fused(denoiser),
            "channels_last": found.channels_last(denoiser),
            "compiled": found.is_compiled(denoiser),
            "vae_decodes": self.calls["vae"],
            "gflop": self.gflop,
            "facts": inspect_live.facts_of(pipeline),
        }


def _identity(pipeline: Any, denoiser: Any) -> dict[str, Any]:
    """What the pipeline is made of."""
    controlnet, text = getattr(pipeline, "controlnet", None), getattr(pipeline, "text_encoder", None)
    return {
        "pipeline_class": type(pipeline).__name__,
        "model_id": _name(pipeline),
        "controlnet_id": None if controlnet is None else _name(controlnet),
        "denoiser_class": type(found.unwrapped(denoiser)).__name__,
        "denoiser_parameters": sum(p.numel() for p in denoiser.parameters()),
        "denoiser_dtype": found.dtype_of(denoiser),
        "text_dtype": None if text is None else found.dtype_of(text),
        "vae_dtype": found.dtype_of(pipeline.vae) if inspect_live.decoder_name(pipeline) == "vae" else None,
        "scheduler_class": type(pipeline.scheduler).__name__,
    }


def _name(part: Any) -> str | None:
    """The id it was loaded by; of a folder in the hub's cache, the id that the folder stands for."""
    name = getattr(getattr(part, "config", None), "_name_or_path", None) or None
    cached = _CACHED.search(name or "")
    return cached.group(1).replace("--", "/", 1) if cached else name


class Meter:
    """Hooks on a live pipeline. Light ones stay for good; deep ones are there for one call only."""

    def __init__(self, pipeline: Any) -> None:
        self.pipeline = pipeline
        self.reading = Reading()
        self._started: dict[str, float] = {}
        self._precise = False
        self._watch("denoiser", denoiser_of(pipeline))
        for name in ("text_encoder", "text_encoder_2", "controlnet"):
            if (part := getattr(pipeline, name, None)) is not None:
                self._watch(name.removesuffix("_2"), part)
        if (name := inspect_live.decoder_name(pipeline)) is not None:
            vae = getattr(pipeline, name)
            vae.decode = self._timed("vae", vae.decode)
            vae.encode = self._timed("vae", vae.encode, "encoded")

    @contextmanager
    def measuring(self, deep: bool, precise: bool) -> Generator[Reading, None, None]:
        """`deep` counts leaves and FLOPs and is slow; `precise` waits for the device between stages."""
        self.reading = Reading()
        self._precise = precise
        denoiser = denoiser_of(self.pipeline)
        if not deep or found.is_compiled(denoiser):
            yield self.reading
            return
        self.reading.calls["deep"] = 1
        handles = self._deep_hooks(denoiser) + record_parts.hooks(self.pipeline, self.reading.calls)
        try:
            with _flops() as counter:
                yield self.reading
            self.reading.gflop = counter.get_total_flops() / 1e9 if counter else None
            self.reading.kernels = _kernels(counter, found.unwrapped(denoiser)) if counter else set()
        finally:
            for handle in handles:
                handle.remove()

    def _watch(self, stage: str, module: Any) -> None:
        module.register_forward_pre_hook(lambda m, a, k: self._enter(stage, a, k), with_kwargs=True)
        module.register_forward_hook(lambda m, a, o: self._leave(stage))

    def _enter(self, stage: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if stage == "denoiser":
            self.reading.latent_shape = inspect_live.shape_of(args, kwargs)
            self.reading.batches[str(self.reading.latent_shape[0])] += 1
            self.reading.text_tokens = max(self.reading.text_tokens, identity.text_tokens(args, kwargs))
        self.reading.calls[stage] += 1
        self._settle()
        self._started[stage] = time.perf_counter()

    def _leave(self, stage: str) -> None:
        self._settle()
        self.reading.seconds[stage] += time.perf_counter() - self._started[stage]

    def _timed(self, stage: str, function: Any, counted: str | None = None) -> Any:
        def timed(*args: Any, **kwargs: Any) -> Any:
            self.reading.calls[counted or stage] += 1
            started = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                self._settle()
                self.reading.seconds[stage] += time.perf_counter() - started

        return timed

    def _settle(self) -> None:
        """On a GPU a stage ends when the queue is empty. Waiting for that slows a call, so it is asked for."""
        if self._precise:
            synchronise()

    def _deep_hooks(self, denoiser: Any) -> list[Any]:
        """Count leaves, not blocks: a block that a cache skips is still called, its convolutions are not."""
        handles: list[Any] = []
        mid = getattr(denoiser, "mid_block", None)
        if mid is not None and getattr(mid, "resnets", None):
            handles.append(mid.resnets[0].conv1.register_forward_hook(lambda *_: self._count("mid_block")))
        for name, module in denoiser.named_modules():
            kind, _, leaf = name.rpartition(".")
            if kind.endswith(("attn1", ".attn")) and leaf in ("to_q", "to_qkv"):
                handles.append(module.register_forward_hook(lambda m, a, o: self._attended(a[0])))
            elif kind.endswith("attn2") and leaf in ("to_k", "to_kv"):
                handles.append(module.register_forward_hook(lambda *_: self._count("cross_attention")))
        return handles

    def _count(self, what: str) -> None:
        self.reading.calls[what] += 1

    def _attended(self, hidden: Any) -> None:
        self.reading.calls["self_attention"] += 1
        self.reading.tokens.add(int(hidden.shape[1]))


def synchronise() -> None:
    """Wait for the device, so that what was asked for is finished."""
    import torch

    if torch.cuda.is_initialized():
        torch.cuda.synchronize()


def denoiser_of(pipeline: Any) -> Any:
    """The UNet, the transformer, or whatever is called at every step."""
    return inspect_live.denoiser_of(pipeline)


def _kernels(counter: Any, denoiser: Any) -> set[str]:
    """Kernels behind PyTorch's attention in the denoiser: `flash`, `efficient`, `cudnn`; `math` where none ran.

    The plain kernel is made of matrix products and has no name of its own.
    """
    name = type(denoiser).__name__
    ran = {str(op) for op in counter.get_flop_counts().get(name, {})}
    named = {m.group(1) for op in ran if (m := _KERNEL.search(op))}
    return named or {"math"} if ran else set()


@contextmanager
def _flops() -> Generator[Any, None, None]:
    """torch's FlopCounterMode, taught the CPU's attention kernel, which it does not know."""
    try:
        import torch
        from torch.utils.flop_counter import FlopCounterMode, sdpa_flop_count
    except ImportError:
        yield None
        return
    kernel = getattr(torch.ops.aten, "_scaled_dot_product_flash_attention_for_cpu", None)

    def attention(query: Any, key: Any, value: Any, *_: Any, out_shape: Any = None, **__: Any) -> int:
        return sdpa_flop_count(query, key, value)

    mapping = {kernel: attention} if kernel is not None else {}
    with FlopCounterMode(display=False, custom_mapping=mapping) as counter:
        yield counter
