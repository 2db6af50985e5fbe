"""The small world in which a script runs: a scratch folder that looks like the script's own."""

import hashlib
import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
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


def shadow(script: Path, folder: Path, may_link: Callable[[Path], bool] = lambda _: True) -> None:
    """Fill `folder` with what stands beside the script, so that relative reads and sibling imports work.

    Small text files are copied and the rest is linked, so what the script creates beside itself lands in `folder`.
    `may_link` says of a link's end whether the script would see it there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for item in _beside(script):
        with suppress(OSError):  # a neighbour that cannot be read is not there for the script either
            if _small(item):
                shutil.copyfile(item, folder / item.name)
            elif may_link(item.resolve()):
                (folder / item.name).symlink_to(item.resolve())


def linked(script: Path) -> Iterator[Path]:
    """The neighbours of a script that it reads at their own place."""
    for item in _beside(script):
        with suppress(OSError):
            if not _small(item):
                yield item


def _beside(script: Path) -> Iterator[Path]:
    for item in itertools.islice(sorted(script.absolute().parent.iterdir()), _MOST):
        hidden = item.name == script.name or item.name in _SKIPPED or item.name.startswith(".")
        if not hidden and (item.is_file() or item.is_dir()):
            yield item


def _small(item: Path) -> bool:
    """Is it a text that is copied? A link is one only where it leads to a neighbour's own folder."""
    here = item.resolve().is_relative_to(item.parent.resolve())
    return here and item.suffix in _COPIED and item.is_file() and item.stat().st_size < _COPY_BELOW


def write_script(folder: Path, name: str, code: str) -> None:
    """Put the code in its place; a link of that name is taken away, never written through."""
    place = folder / name
    if place.is_symlink():
        place.unlink()
    place.write_text(code, encoding="utf-8")


def digest(code: str) -> str:
    """Names the folder of kernels that this code compiles; another code gets another."""
    return hashlib.blake2b(code.encode(errors="replace"), digest_size=12).hexdigest()


def own_environment(folder: Path, cache: Path) -> dict[str, str]:
    """What a candidate has for itself: home, temporary files, and compiled kernels that only its own code has made."""
    home, temporary = folder / ".home", folder / ".tmp"
    for made in (home, temporary, cache):
        made.mkdir(parents=True, exist_ok=True)
    return {
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "TORCHINDUCTOR_CACHE_DIR": str(cache),
        "TRITON_CACHE_DIR": str(cache / "triton"),
        "HF_MODULES_CACHE": str(home / "modules"),
    }


def environment(home: Path, models_home: Path, threads: int) -> dict[str, str]:
    """The runner's whole environment: a short list, so that no key of the person's reaches the script."""
    kept = {k: v for k in _KEPT if (v := os.environ.get(k))}
    return {
        **kept,
        "HOME": str(home),
        "USER": "runner",
        "LOGNAME": "runner",
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
