"""The small world in which a script runs: a scratch folder that looks like the script's own."""

import itertools
import os
import shutil
from pathlib import Path

_COPIED = {".py", ".txt", ".json", ".toml", ".yaml", ".yml", ".cfg", ".ini", ".csv"}
_COPY_BELOW = 200_000
_MOST = 500
_KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "CUDA_HOME")
# glibc's allocator changes its habits as a process ages, which made old processes some per cent faster than new ones.
_STEADY_MEMORY = {
    "MALLOC_MMAP_THRESHOLD_": str(1 << 30),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 32),
    "MALLOC_TOP_PAD_": str(1 << 26),
}
_SKIPPED = {".git", ".venv", "venv", "__pycache__", "node_modules"}


def shadow(script: Path, folder: Path) -> None:
    """Fill `folder` with what stands beside the script, so that relative reads and sibling imports work.

    Small text files are copied and the rest is linked, so what the script creates beside itself lands in `folder`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for item in itertools.islice(sorted(script.absolute().parent.iterdir()), _MOST):
        if item.name == script.name or item.name in _SKIPPED or item.name.startswith("."):
            continue
        _place(item, folder / item.name)


def _place(item: Path, target: Path) -> None:
    try:
        if item.suffix in _COPIED and item.is_file() and item.stat().st_size < _COPY_BELOW:
            shutil.copyfile(item, target)
        elif item.is_file() or item.is_dir():
            target.symlink_to(item.resolve())
    except OSError:
        return  # a neighbour that cannot be read is not there for the script either


def environment(home: Path, models_home: Path, threads: int) -> dict[str, str]:
    """The runner's whole environment: a short list, so that no key of the person's reaches the script."""
    kept = {k: v for k in _KEPT if (v := os.environ.get(k))}
    return {
        **kept,
        "HOME": str(home),
        "TMPDIR": str(home),
        "HF_HOME": str(models_home),
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "TQDM_DISABLE": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "OMP_NUM_THREADS": str(threads),
        "MKL_NUM_THREADS": str(threads),
        "OMP_WAIT_POLICY": "passive",
        **_STEADY_MEMORY,
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        "TORCHINDUCTOR_CACHE_DIR": str(home / "inductor"),
        "DIFFAGENT_RUNNER": "1",
    }


def cpus(threads: int, lane: int = 0) -> list[int] | None:
    """The processors a candidate keeps to, the same ones as its baseline; None where it needs them all.

    Two single-threaded processes that take turns are compared fairly only on the same processor: neighbours differ by
    what else runs on them. Runners that work side by side keep to lanes of their own, as long as there are enough.
    """
    if not hasattr(os, "sched_getaffinity"):
        return None
    here = sorted(os.sched_getaffinity(0))
    if threads >= len(here):
        return None
    last = len(here) - threads * (lane % (len(here) // threads))
    return here[last - threads : last]


def lanes(threads: int) -> int:
    """How many runners of so many threads have processors of their own here."""
    return len(os.sched_getaffinity(0)) // threads if hasattr(os, "sched_getaffinity") else 1
