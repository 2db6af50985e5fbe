"""Answer the judge from inside the captured call: the same call again, with the judge's prompts and seeds."""

import inspect
import resource
import socket
import time
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from . import conditions, edge, found, identity, record, wire
from .pixels import as_pixels

_REPLACED = ("prompt", "class_labels", "generator", "latents", "num_images_per_prompt")
_ASKED = ("num_inference_steps", "guidance_scale", "strength", "gate_step", "sp_interval", "fi_interval", "warm_up")


class NoPrompt(Exception):
    """The call has no text prompt and no class that could be replaced."""


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
    deep = bool(request.get("deep"))
    with meter.measuring(deep=deep, precise=bool(request.get("precise"))) as reading:
        started = time.perf_counter()
        pixels = call.pictures(request)
        record.synchronise()
        seconds = time.perf_counter() - started
    header: dict[str, Any] = {"op": "pictures", "shape": list(pixels.shape), "peak_mb": peak_mb()}
    header["stages"] = reading.stages(seconds)
    if deep:
        header["trace"] = call.trace(reading, pixels)
    wire.send(channel, header, np.ascontiguousarray(pixels).tobytes())


def torch_trace(call: "Call", request: dict[str, Any]) -> bytes:
    """One call under torch.profiler, as the JSON that Perfetto and chrome://tracing open."""
    import torch
    from torch.profiler import ProfilerActivity, profile

    activities = [ProfilerActivity.CPU]
    if torch.cuda.is_initialized():
        activities.append(ProfilerActivity.CUDA)
    with profile(activities=activities) as profiler:
        call.pictures(request)
    path = Path("trace.json").absolute()
    profiler.export_chrome_trace(str(path))
    return path.read_bytes()


class Call:
    """The bound call, with prompt (or class) and seed as the two things that may vary."""

    def __init__(self, pipeline: Any, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.pipeline = pipeline
        self.function = function
        signature = signature_of(pipeline, function)
        bound = signature.bind_partial(pipeline, *args, **kwargs)
        self.signatures = signatures_of(pipeline, function)
        self.arguments = dict(list(bound.arguments.items())[1:])
        rest = next((p.name for p in signature.parameters.values() if p.kind is p.VAR_KEYWORD), None)
        extra = dict(self.arguments.pop(rest, {})) if rest else {}
        read = {name for s in self.signatures for name in s.parameters}  # a subclass passes the rest on
        self.swallowed = sorted(k for k in extra if k not in read | {"callback", "callback_steps"})
        self.arguments.update(extra)
        self.by_class = "class_labels" in self.arguments
        self.asked = self.arguments.get("class_labels" if self.by_class else "prompt")
        if not self.by_class and not isinstance(self.asked, (str, list, tuple)):
            raise NoPrompt(
                "the call passes no text prompt (prompt embeddings cannot be replaced by the judge's prompts)"
            )

    @property
    def images_per_call(self) -> int:
        return conditions.pictures_in(self.asked) * int(self.arguments.get("num_images_per_prompt") or 1)

    def describe(self) -> dict[str, Any]:
        keys = ("num_inference_steps", "guidance_scale", "height", "width", "num_images_per_prompt")
        return {
            "pipeline_class": type(self.pipeline).__name__,
            "scheduler_class": type(self.pipeline.scheduler).__name__,
            "images_per_call": self.images_per_call,
            "by_class": self.by_class,
            "arguments": {k: v for k in keys if isinstance(v := self.arguments.get(k), (int, float))},
            "defaults": _defaults(self.signatures, keys),
            "swallowed": self.swallowed,
        }

    def trace(self, reading: "record.Reading", pixels: Any) -> dict[str, Any]:
        """The fields of `knowledge.types.Trace`: what the call asked for and what it did."""
        asked = {**_defaults(self.signatures, _ASKED), **self.arguments}
        trace = reading.trace(self.pipeline, self.arguments)
        if self.function.__name__ == "tgate":
            trace["methods"]["tgate"] = found.tgate(asked)
        return {
            **trace,
            "swallowed": self.swallowed,
            "requested_steps": asked.get("num_inference_steps"),
            "guidance_scale": asked.get("guidance_scale"),
            "strength": asked.get("strength"),
            "negative_prompt": identity.negative(self.arguments),
            "part": any(asked.get(k) is not None for k in ("denoising_start", "denoising_end")),
            "image_size": [int(pixels.shape[2]), int(pixels.shape[1])],
        }

    def pictures(self, request: dict[str, Any]) -> Any:
        """uint8 RGB of shape (number of seeds, height, width, 3), one seed a picture."""
        import torch

        prompts, labels = list(request["prompts"]), list(request.get("labels", ()))
        generators = [torch.Generator("cpu").manual_seed(s) for s in request["seeds"]]
        single = len(generators) == 1 and not isinstance(self.asked, (list, tuple))
        arguments = {k: v for k, v in self.arguments.items() if k not in _REPLACED}
        arguments |= conditions.images(self.pipeline, self.arguments, int(request.get("first", 0)), len(generators))
        if self.by_class:
            if len(labels) != len(generators):
                raise NoPrompt("the pipeline draws classes, and the protocol has texts only")
            arguments["class_labels"] = labels
        else:
            arguments |= conditions.texts(self.arguments, prompts, single)
        arguments["generator"] = generators[0] if len(generators) == 1 and (single or self.by_class) else generators
        if arguments.get("output_type", "pil") not in ("pil", "np", "pt"):
            arguments["output_type"] = "pil"
        return as_pixels(self.function(self.pipeline, **arguments))


def signature_of(pipeline: Any, function: Any) -> inspect.Signature:
    """The call's parameters; where a subclass only passes `*args, **kwargs` on, those of the class above it."""
    signatures = signatures_of(pipeline, function)
    named = (s for s in signatures if {"prompt", "class_labels"} & set(s.parameters))
    return next(named, signatures[0])


def signatures_of(pipeline: Any, function: Any) -> list[inspect.Signature]:
    """The call's parameters, then those of every class that it may pass them on to."""
    classes = [c for c in type(pipeline).__mro__ if "__call__" in vars(c)]
    candidates = [function, *(inspect.unwrap(vars(c)["__call__"]) for c in classes)]
    return [inspect.signature(f) for f in candidates]


def _defaults(signatures: list[inspect.Signature], keys: tuple[str, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for signature in signatures:
        for key in keys:
            parameter = signature.parameters.get(key)
            if parameter is not None and isinstance(parameter.default, (int, float)):
                found.setdefault(key, parameter.default)
    return found


def peak_mb() -> float:
    """Peak memory so far: the device's where there is one in use, else the process's resident set."""
    import torch

    if torch.cuda.is_initialized():
        return torch.cuda.max_memory_allocated() / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
