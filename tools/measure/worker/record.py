"""What one call of the live pipeline really did: seconds by stage, denoiser calls, batches, tokens, FLOPs."""

# pyright: reportUnknownLambdaType=false

import time
from collections import Counter, defaultdict
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any


class Reading:
    """The record of one call."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.calls: Counter[str] = Counter()
        self.batches: Counter[str] = Counter()
        self.tokens: set[int] = set()
        self.latent_shape: tuple[int, ...] = ()
        self.gflop: float | None = None

    def stages(self, total: float) -> dict[str, Any]:
        """Seconds by stage on this process's clock; `rest` is what no stage accounts for."""
        text, denoiser, vae = (self.seconds[k] for k in ("text_encoder", "denoiser", "vae"))
        rest = max(0.0, total - text - denoiser - vae)
        return {
            "text_encoder_s": text,
            "denoiser_s": denoiser,
            "vae_s": vae,
            "rest_s": rest,
            "denoiser_calls": self.calls["denoiser"],
        }

    def trace(self, pipeline: Any) -> dict[str, Any]:
        """The fields of `knowledge.types.Trace`, from the live objects."""
        denoiser = denoiser_of(pipeline)
        parameter = next(denoiser.parameters())
        deep = self.calls["deep"] > 0
        return {
            "pipeline_class": type(pipeline).__name__,
            "model_id": getattr(pipeline.config, "_name_or_path", None),
            "denoiser_class": type(_unwrapped(denoiser)).__name__,
            "denoiser_parameters": sum(p.numel() for p in denoiser.parameters()),
            "denoiser_dtype": str(parameter.dtype).removeprefix("torch."),
            "scheduler_class": type(pipeline.scheduler).__name__,
            "timesteps": len(pipeline.scheduler.timesteps),
            "denoiser_calls": self.calls["denoiser"],
            "batch_sizes": dict(self.batches),
            "latent_shape": list(self.latent_shape),
            "mid_block_calls": self.calls["mid_block"] if deep else None,
            "self_attention_tokens": sorted(self.tokens),
            "self_attention_calls": self.calls["self_attention"],
            "cross_attention_calls": self.calls["cross_attention"],
            "fused_qkv": any(getattr(m, "fused_projections", False) for m in denoiser.modules()),
            "channels_last": _channels_last(denoiser),
            "compiled": is_compiled(denoiser),
            "vae_decodes": self.calls["vae"],
            "gflop": self.gflop,
        }


class Meter:
    """Hooks on a live pipeline. Light ones stay for good; deep ones are there for one call only."""

    def __init__(self, pipeline: Any) -> None:
        self.pipeline = pipeline
        self.reading = Reading()
        self._started: dict[str, float] = {}
        self._precise = False
        self._watch("denoiser", denoiser_of(pipeline))
        if (encoder := getattr(pipeline, "text_encoder", None)) is not None:
            self._watch("text_encoder", encoder)
        if (vae := getattr(pipeline, "vae", None)) is not None:
            vae.decode = self._timed("vae", vae.decode)

    @contextmanager
    def measuring(self, deep: bool, precise: bool) -> Generator[Reading, None, None]:
        """`deep` counts leaves and FLOPs and is slow; `precise` waits for the device between stages."""
        self.reading = Reading()
        self._precise = precise
        denoiser = denoiser_of(self.pipeline)
        if not deep or is_compiled(denoiser):
            yield self.reading
            return
        self.reading.calls["deep"] = 1
        handles = self._deep_hooks(denoiser)
        try:
            with _flops() as counter:
                yield self.reading
            self.reading.gflop = counter.get_total_flops() / 1e9 if counter else None
        finally:
            for handle in handles:
                handle.remove()

    def _watch(self, stage: str, module: Any) -> None:
        module.register_forward_pre_hook(lambda m, a, k: self._enter(stage, a, k), with_kwargs=True)
        module.register_forward_hook(lambda m, a, o: self._leave(stage))

    def _enter(self, stage: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if stage == "denoiser":
            sample: Any = args[0] if args else kwargs.get("sample", kwargs.get("hidden_states"))
            self.reading.batches[str(sample.shape[0])] += 1
            self.reading.latent_shape = tuple(sample.shape)
        self.reading.calls[stage] += 1
        self._settle()
        self._started[stage] = time.perf_counter()

    def _leave(self, stage: str) -> None:
        self._settle()
        self.reading.seconds[stage] += time.perf_counter() - self._started[stage]

    def _timed(self, stage: str, function: Any) -> Any:
        def timed(*args: Any, **kwargs: Any) -> Any:
            self.reading.calls[stage] += 1
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
            if kind.endswith("attn1") and leaf in ("to_q", "to_qkv"):
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
    """The UNet, or the transformer where there is none."""
    return getattr(pipeline, "unet", None) or pipeline.transformer


def is_compiled(denoiser: Any) -> bool:
    """torch.compile on the whole module, or on any module inside it."""
    if hasattr(denoiser, "_orig_mod"):
        return True
    return any(getattr(m, "_compiled_call_impl", None) is not None for m in denoiser.modules())


def _unwrapped(module: Any) -> Any:
    return getattr(module, "_orig_mod", module)


def _channels_last(denoiser: Any) -> bool:
    import torch

    for m in denoiser.modules():
        if isinstance(m, torch.nn.Conv2d) and m.weight.shape[1] > 1 and m.weight.shape[2] > 1:
            return m.weight.is_contiguous(memory_format=torch.channels_last) and not m.weight.is_contiguous()
    return False


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
