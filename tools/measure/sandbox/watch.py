"""Eyes on the candidates from outside: what rlimits cannot bound (memory of a whole family, processes, disk)."""

import os
import stat
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil

from .. import ending
from ..live import Live

EVERY_S = 0.5
_MOST_FILES = 20_000
_DEEPEST = 100
_COUNTLESS = 1 << 62
_MOST_OF_ALL = 0.9  # of the machine's memory, where no limit is set


class Watch:
    """Ends candidates that take too much. Looks twice a second, and costs the judge's processor a few milliseconds.

    `shared` says how many bytes every candidate has from the parent that it was forked from.
    """

    def __init__(self, lives: Mapping[int, Live], shared: Callable[[], int], every_s: float = EVERY_S) -> None:
        self._lives, self._shared, self._every_s = lives, shared, every_s
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="watch", daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._over.wait(self._every_s):
            for live in list(self._lives.values()):
                if not live.overdrew and (taken := overdrawn(live, self._shared())):
                    live.overdrew = taken
                    ending.kill_tree(live.pid)

    def close(self) -> None:
        """Look no more."""
        self._over.set()
        self._thread.join(10)


def overdrawn(live: Live, shared: int) -> str:
    """What a candidate has too much of: `processes`, `memory` or `disk`; empty where it keeps to its limits."""
    family = [live.pid, *(p.pid for p in ending.children(live.pid, recursive=True))]
    limits = live.limits
    if len(family) > limits.processes:
        return "processes"
    most = limits.memory_mb * 1e6 if limits.memory_mb is not None else _MOST_OF_ALL * psutil.virtual_memory().total
    if sum(max(0, ending.own_memory(pid) - shared) for pid in family) > most:
        return "memory"
    held = on_disk(live.folder) + on_disk(live.cache) + sum(map(unlinked, family))
    return "disk" if held > limits.disk_mb * 1e6 else ""


def on_disk(folder: Path) -> int:
    """Bytes of a folder on the disk. No link is followed.

    More than any limit where its files and folders are countless, nested deeper than anything honest, or locked.
    """
    total = seen = 0
    waiting = [(str(folder), 0)]
    while waiting:
        place, depth = waiting.pop()
        try:
            with os.scandir(place) as found:
                for item in found:
                    seen += 1
                    if seen > _MOST_FILES or depth > _DEEPEST:
                        return _COUNTLESS
                    total += _blocks(item)
                    if item.is_dir(follow_symlinks=False):
                        waiting.append((item.path, depth + 1))
        except PermissionError:
            return _COUNTLESS
        except OSError:
            continue
    return total


def _blocks(item: "os.DirEntry[str]") -> int:
    try:
        return item.stat(follow_symlinks=False).st_blocks * 512
    except OSError:
        return 0


def unlinked(pid: int) -> int:
    """Bytes in files that a process holds open and has no name for: deleted ones, and memory files."""
    total = 0
    try:
        names = list(Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return 0
    for name in names:
        try:
            if str(name.readlink()).endswith("(deleted)"):
                found = name.stat()
                total += found.st_blocks * 512 if stat.S_ISREG(found.st_mode) else 0
        except OSError:
            continue
    return total
