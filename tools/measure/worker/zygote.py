"""The warm parent: imports torch and diffusers once, then forks a fresh process for every candidate.

Two traps, both met in trials: a thread pool used before the fork deadlocks the child (so: one thread, no tensor
maths here), and diffusers' import asks for CUDA, which poisons CUDA in children (so: the question is stubbed during
import, then asked anew in the child).
"""

import gc
import importlib
import importlib.metadata
import os
import platform
import socket
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import Any

from . import isolate, wire

LIBRARIES = (
    "torch",
    "diffusers",
    "transformers",
    "accelerate",
    "numpy",
    "tomesd",
    "DeepCache",
    "tgate",
    "peft",
    "xformers",
    "cache-dit",
    "sageattention",
    "torchao",
    "optimum-quanto",
    "bitsandbytes",
    "invisible-watermark",
)
_WARM = (
    "transformers",
    "diffusers.schedulers",
    "diffusers.callbacks",
    "diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion",
    "torch.utils.flop_counter",
    "tomesd",
    "DeepCache",
    "tgate",
)


def main(channel: str, walls: str) -> None:
    """Serve the judge until its socket closes: a descriptor's number, or the path where the judge listens.

    `walls` names the namespaces that this process was started in; `none` where there are none yet.
    """
    control = _connected(channel)
    isolate.die_with_parent()
    isolate.adopt_orphans()
    network = isolate.cut_network() if walls == "none" else f"cut: namespaces of {walls}"
    try:
        warm_up()
    except ImportError as e:
        wire.send(control, {"op": "unfit", "message": f"{e.name or e} cannot be imported by {sys.executable}"})
        return
    wire.send(control, {"op": "ready", "network": network, "pid": os.getpid(), **versions()})
    with suppress(wire.Closed):
        serve(control)


def _connected(channel: str) -> socket.socket:
    if channel.isdigit():
        return socket.socket(fileno=int(channel))
    control = socket.socket(socket.AF_UNIX)
    control.connect(channel)
    return control


def serve(control: socket.socket) -> None:
    """One request at a time: `spawn` forks a candidate and says its pid, `reap` waits for one and says how it ended."""
    while True:
        request, _ = wire.receive(control)
        if request["op"] == "spawn":
            _, fds, _, _ = socket.recv_fds(control, 1, 1)
            pid = os.fork()
            if pid == 0:
                from . import child  # numpy and torch are there by now, or `main` has said that they are not

                control.close()
                child.run(socket.socket(fileno=fds[0]), request)
            os.close(fds[0])
            wire.send(control, {"op": "spawned", "pid": pid})
        elif request["op"] == "reap":
            ended = _reap(int(request["pid"])) if request.get("pid") else {}
            for stray in request.get("strays", []):
                _reap(int(stray))
            wire.send(control, {"op": "reaped", **ended})


def _reap(pid: int) -> dict[str, Any]:
    try:
        _, status = os.waitpid(pid, 0)
    except ChildProcessError:
        return {"signal": None, "code": None}
    if os.WIFSIGNALED(status):
        return {"signal": os.WTERMSIG(status), "code": None}
    return {"signal": None, "code": os.WEXITSTATUS(status)}


def warm_up() -> None:
    """Import what every candidate imports. Nothing here may start a thread pool or touch a device."""
    import torch

    torch.set_num_threads(1)
    with _no_device_questions(torch):
        for name in _WARM:
            required = name.startswith(("diffusers", "torch", "transformers"))
            try:
                importlib.import_module(name)
            except ImportError:
                if required:
                    raise
    importlib.import_module(".child", __package__)
    gc.collect()
    gc.freeze()


@contextmanager
def _no_device_questions(torch: Any) -> Generator[None, None, None]:
    """Answer "no accelerator" while diffusers is imported, then forget that answer."""
    accelerator = getattr(torch, "accelerator", None)
    asked = getattr(accelerator, "is_available", None)
    if accelerator is not None and asked is not None:
        accelerator.is_available = lambda: False
    try:
        yield
    finally:
        if accelerator is not None and asked is not None:
            accelerator.is_available = asked
        _forget_device()


def _forget_device() -> None:
    """diffusers caches the device it found at import; the child has to look for itself."""
    module = sys.modules.get("diffusers.utils.torch_utils")
    backend = getattr(module, "TorchDeviceBackend", None)
    for holder in (backend, module):
        detect = getattr(holder, "_detect_device_type", None)
        if hasattr(detect, "cache_clear"):
            detect.cache_clear()  # type: ignore[union-attr]


def versions() -> dict[str, Any]:
    """Python and library versions of the project's environment."""
    found: dict[str, str] = {}
    for name in LIBRARIES:
        with suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return {"python": platform.python_version(), "libraries": found}
