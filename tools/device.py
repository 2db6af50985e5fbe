"""The hardware at hand, from the system and from what torch in the project's environment says."""

import os
import platform
import re
from functools import cache
from pathlib import Path
from typing import Any

import psutil

from ..knowledge.types import Device

_MODEL = re.compile(r"^Model:(.*)$", re.MULTILINE)


def from_probe(probe: dict[str, Any], threads: int) -> Device:
    """A `Device` from a runner's probe: torch names the accelerator, the system describes the CPU."""
    kind = probe.get("kind")
    if kind in ("cuda", "mps"):
        return Device(
            kind=kind,
            name=str(probe.get("name", kind))[:100],
            memory_mb=float(probe.get("memory_mb") or 0.0),
            bf16=bool(probe.get("bf16")),
        )
    return cpu(threads)


def cpu(threads: int) -> Device:
    """This machine's processor. `bf16`: it multiplies bfloat16 matrices natively."""
    name, flags = _cpuinfo()
    return Device(
        kind="cpu",
        name=name,
        memory_mb=psutil.virtual_memory().total / 1e6,
        threads=threads,
        bf16=bool({"avx512_bf16", "amx_bf16", "bf16"} & flags),
    )


@cache
def _cpuinfo() -> tuple[str, frozenset[str]]:
    name, flags = platform.processor() or platform.machine(), frozenset[str]()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return name, flags
    for line in lines:
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            name = value.strip()
        if key.strip().lower() in ("flags", "features"):
            flags = frozenset(value.split())
            break
    return name, flags


def has_nvidia() -> bool:
    """An NVIDIA device node: torch is only asked about CUDA where there is one."""
    return os.environ.get("CUDA_VISIBLE_DEVICES") != "" and any(Path("/dev").glob("nvidia[0-9]*"))


def nvidia_name(folder: Path = Path("/proc/driver/nvidia/gpus")) -> str | None:
    """The name that the driver gives its devices, and torch too; None where it does not say, or they differ."""
    names = {m.strip() for path in folder.glob("*/information") for m in _MODEL.findall(_text(path))}
    return names.pop() if len(names) == 1 else None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
