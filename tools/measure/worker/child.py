"""One candidate's process: set up its small world, run the script until its pipeline call, then replay that call."""

import os
import socket
import sys
import tempfile
import threading
import types
from pathlib import Path
from typing import Any, NoReturn

from . import capture, edge, handler, isolate, wire


def run(channel: socket.socket, job: dict[str, Any]) -> NoReturn:
    """Never returns to the zygote."""
    edge.run_and_exit(lambda: live(channel, job), channel, str(job.get("script", "")), "load")


def live(channel: socket.socket, job: dict[str, Any]) -> None:
    """The whole life of a candidate: enter its world, then run the script or answer a probe."""
    enter(job)
    if job.get("probe"):
        wire.send(channel, {"op": "device", **probe_device()})
    else:
        execute(channel, job)


def enter(job: dict[str, Any]) -> None:
    """Own session, own folder, own streams, limits; one thread pool of the size that was asked for."""
    os.setsid()
    isolate.die_with_parent()
    isolate.adopt_orphans()
    isolate.no_new_privileges()
    folder = Path(job["folder"])
    os.chdir(folder)
    redirect(job["log"])
    own_places(job.get("environment", {}))
    isolate.limit(job.get("memory_mb"), job.get("file_mb", 256.0), job.get("files", 1024), job.get("cpu_s"))
    if (cpus := job.get("cpus")) and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cpus)
    import torch

    torch.set_num_threads(int(job.get("threads", 1)))
    isolate.wall_in(job["walls"])


def own_places(environment: dict[str, str]) -> None:
    """Home and temporary folder are the candidate's own, also for libraries that have asked before the fork."""
    os.environ.update(environment)
    tempfile.tempdir = None
    for name, module in list(sys.modules.items()):
        if name.startswith(("diffusers.", "transformers.", "huggingface_hub.")) and "HF_MODULES_CACHE" in vars(module):
            vars(module)["HF_MODULES_CACHE"] = environment["HF_MODULES_CACHE"]


def redirect(log_file: str) -> None:
    """Nobody types, and what is printed goes to a bounded file that the judge reads as evidence."""
    null = os.open(os.devnull, os.O_RDONLY)
    log = os.open(log_file, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW)
    os.dup2(null, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", buffering=1, closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, closefd=False)  # noqa: SIM115


def execute(channel: socket.socket, job: dict[str, Any]) -> None:
    """Run the script as `python script.py ARGS` would, or import it and do as its server would.

    Its first pipeline call does not return.
    """
    path = str(Path(job["folder"]) / job["script"])
    sys.argv = [path, *job.get("arguments", [])]
    sys.path.insert(0, job["folder"])
    capture.arm(channel, job, path)
    entry = job.get("entry")
    module = types.ModuleType(handler.module_name(entry, job["script"]))
    module.__dict__.update({"__file__": path, "__builtins__": __builtins__})
    sys.modules[module.__name__] = module
    code = job["code"] if entry is None else handler.importable(job["code"], path)
    exec(compile(code, path, "exec", dont_inherit=True), module.__dict__)
    if entry is not None and not capture.captured():
        handler.invoke(module, entry)
    if capture.captured():
        threading.Event().wait()  # the call is being replayed on another thread of the script
    wire.send(channel, {"op": "failed", "kind": "never_called"})


def probe_device() -> dict[str, Any]:
    """What torch can compute on here. Asked in a child, since asking would poison the zygote."""
    import torch

    if torch.cuda.is_available():
        properties = torch.cuda.get_device_properties(0)
        return {
            "kind": "cuda",
            "name": properties.name,
            "memory_mb": properties.total_memory / 1e6,
            "bf16": bool(torch.cuda.is_bf16_supported()),
        }
    if torch.backends.mps.is_available():
        return {"kind": "mps", "name": "Apple GPU", "memory_mb": 0.0, "bf16": True}
    return {"kind": "cpu"}
