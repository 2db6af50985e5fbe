"""Answer the judge from inside the captured call: the same call again, with the judge's prompts and seeds."""

import inspect
import resource
import socket
import time
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from . import edge, record, wire

_PROMPTLIKE = ("prompt", "generator", "latents", "num_images_per_prompt")


class NoPrompt(Exception):
    """The call has no text prompt that could be replaced."""


def serve(
    channel: socket.socket,
    job: dict[str, Any],
    pipeline: Any,
    function: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> NoReturn:
    """Say what was captured, then make pictures until the judge hangs up. Ends the process."""

    def loop() -> None:
        call = Call(pipeline, function, args, kwargs)
        meter = record.Meter(pipeline)
        wire.send(channel, {"op": "captured", **call.describe(), "peak_mb": peak_mb()})
        while True:
            request, _ = wire.receive(channel)
            if request.get("op") == "profile":
                wire.send(channel, {"op": "trace"}, torch_trace(call, request))
            else:
                answer(channel, request, call, meter)

    edge.run_and_exit(loop, channel, str(job.get("script", "")), "call")


def answer(channel: socket.socket, request: dict[str, Any], call: "Call", meter: "record.Meter") -> None:
    """Make the pictures of one request. What fails here propagates to the worker's edge."""
    prompts, seeds = list(request["prompts"]), list(request["seeds"])
    deep = bool(request.get("deep"))
    with meter.measuring(deep=deep, precise=bool(request.get("precise"))) as reading:
        started = time.perf_counter()
        pixels = call.pictures(prompts, seeds)
        record.synchronise()
        seconds = time.perf_counter() - started
    header: dict[str, Any] = {"op": "pictures", "shape": list(pixels.shape), "peak_mb": peak_mb()}
    header["stages"] = reading.stages(seconds)
    if deep:
        header["trace"] = {**reading.trace(call.pipeline), **call.facts(), "image_size": _size(pixels)}
    wire.send(channel, header, np.ascontiguousarray(pixels).tobytes())


def torch_trace(call: "Call", request: dict[str, Any]) -> bytes:
    """One call under torch.profiler, as the JSON that Perfetto and chrome://tracing open."""
    import torch
    from torch.profiler import ProfilerActivity, profile

    activities = [ProfilerActivity.CPU]
    if torch.cuda.is_initialized():
        activities.append(ProfilerActivity.CUDA)
    with profile(activities=activities) as profiler:
        call.pictures(list(request["prompts"]), list(request["seeds"]))
    path = Path("trace.json").absolute()
    profiler.export_chrome_trace(str(path))
    return path.read_bytes()


def _size(pixels: Any) -> list[int]:
    return [int(pixels.shape[2]), int(pixels.shape[1])]


class Call:
    """The bound call, with prompt and seed as the two things that may vary."""

    def __init__(self, pipeline: Any, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.pipeline = pipeline
        self.function = function
        signature = inspect.signature(function)
        bound = signature.bind_partial(pipeline, *args, **kwargs)
        self.arguments = dict(list(bound.arguments.items())[1:])
        rest = next((p.name for p in signature.parameters.values() if p.kind is p.VAR_KEYWORD), None)
        extra = dict(self.arguments.pop(rest, {})) if rest else {}
        self.swallowed = sorted(k for k in extra if k not in {"callback", "callback_steps"})
        self.arguments.update(extra)
        self.prompt = self.arguments.get("prompt")
        if not isinstance(self.prompt, (str, list, tuple)):
            raise NoPrompt(
                "the call passes no text prompt (prompt embeddings cannot be replaced by the judge's prompts)"
            )

    @property
    def images_per_call(self) -> int:
        lists = len(self.prompt) if isinstance(self.prompt, (list, tuple)) else 1
        return lists * int(self.arguments.get("num_images_per_prompt") or 1)

    def describe(self) -> dict[str, Any]:
        keys = ("num_inference_steps", "guidance_scale", "height", "width", "num_images_per_prompt")
        return {
            "pipeline_class": type(self.pipeline).__name__,
            "scheduler_class": type(self.pipeline.scheduler).__name__,
            "images_per_call": self.images_per_call,
            "arguments": {k: v for k in keys if isinstance(v := self.arguments.get(k), (int, float))},
            "defaults": _defaults(self.function, keys),
            "swallowed": self.swallowed,
        }

    def facts(self) -> dict[str, Any]:
        """What the call asks for, in the words of `knowledge.types.Trace`."""
        asked = {**_defaults(self.function, ("num_inference_steps", "guidance_scale")), **self.arguments}
        return {
            "swallowed": self.swallowed,
            "requested_steps": asked.get("num_inference_steps"),
            "guidance_scale": asked.get("guidance_scale"),
        }

    def pictures(self, prompts: list[str], seeds: list[int]) -> Any:
        """uint8 RGB of shape (len(prompts), height, width, 3), one seed a picture."""
        import torch

        generators = [torch.Generator("cpu").manual_seed(s) for s in seeds]
        single = len(prompts) == 1 and isinstance(self.prompt, str)
        arguments = {k: v for k, v in self.arguments.items() if k not in _PROMPTLIKE}
        arguments["prompt"] = prompts[0] if single else prompts
        arguments["generator"] = generators[0] if single else generators
        if (negative := arguments.get("negative_prompt")) is not None:
            first = negative if isinstance(negative, str) else negative[0]
            arguments["negative_prompt"] = first if single else [first] * len(prompts)
        if arguments.get("output_type", "pil") not in ("pil", "np", "pt"):
            arguments["output_type"] = "pil"
        return as_pixels(self.function(self.pipeline, **arguments))


def _defaults(function: Any, keys: tuple[str, ...]) -> dict[str, Any]:
    parameters = inspect.signature(function).parameters
    return {k: p.default for k in keys if (p := parameters.get(k)) and isinstance(p.default, (int, float))}


def as_pixels(output: Any) -> Any:
    """Whatever a pipeline returns, as uint8 RGB (n, height, width, 3)."""
    images = output[0] if isinstance(output, tuple) else output.images
    if hasattr(images, "detach"):
        images = images.detach().float().cpu().permute(0, 2, 3, 1).numpy()
    pixels = images if isinstance(images, np.ndarray) else np.stack([np.asarray(i.convert("RGB")) for i in images])
    if pixels.dtype != np.uint8:
        pixels = (np.nan_to_num(pixels).clip(0, 1) * 255).round().astype(np.uint8)
    return pixels


def peak_mb() -> float:
    """Peak memory so far: the device's where there is one in use, else the process's resident set."""
    import torch

    if torch.cuda.is_initialized():
        return torch.cuda.max_memory_allocated() / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
