"""Ending processes for certain: whole families, those that slipped away, and those that keep forking."""

import contextlib
import os
import secrets
import signal
import stat
from pathlib import Path

import psutil

_ROUNDS = 40
_OWN = ("RssAnon:", "RssShmem:", "VmSwap:")


def kill_tree(pid: int) -> None:
    """SIGKILL to the process group and to every descendant that left it.

    All are stopped first, round by round, so that what forks faster than it is killed comes to rest.
    """
    try:
        first = psutil.Process(pid)
    except psutil.NoSuchProcess:
        first = None
    family = _stopped(first) if first is not None else []
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    for member in reversed(family):
        with contextlib.suppress(psutil.Error):
            member.kill()
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)


def _stopped(first: psutil.Process) -> list[psutil.Process]:
    family = [first]
    known: set[int] = set()
    for _ in range(_ROUNDS):
        fresh = [p for p in family if p.pid not in known]
        if not fresh:
            break
        for member in fresh:
            known.add(member.pid)
            with contextlib.suppress(psutil.Error):
                member.suspend()
        family = [first, *children(first.pid, recursive=True)]
    return family


def children(pid: int, recursive: bool = False) -> list[psutil.Process]:
    """The processes that `pid` has started; none where it is gone."""
    try:
        return psutil.Process(pid).children(recursive=recursive)
    except psutil.NoSuchProcess:
        return []


def inner_pid(pid: int) -> int | None:
    """What a process is called in its own namespace; None where it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return None
    numbers = next((line.split()[1:] for line in lines if line.startswith("NSpid:")), [str(pid)])
    return int(numbers[-1])


def named_inside(above: int, inner: int) -> int | None:
    """The descendant of `above` that its own namespace calls `inner`; the kernel's word, not the process's."""
    family = children(above, recursive=True)
    return next((p.pid for p in family if inner_pid(p.pid) == inner), None)


def own_memory(pid: int) -> int:
    """Bytes that a process has written itself, in memory and shared memory; files that it has mapped do not count."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith(_OWN))
    except FileNotFoundError:
        return _resident(pid)
    except (OSError, ValueError):
        return 0


def _resident(pid: int) -> int:
    with contextlib.suppress(psutil.Error):
        return int(psutil.Process(pid).memory_info().rss)
    return 0


def remove(folder: Path) -> None:
    """Remove a folder whatever stands in it; folders that were locked are opened. Links are never followed.

    Folders in folders are moved to the top before they are emptied: however deep a stranger has nested them, no path
    grows long and nothing recurses.
    """
    try:
        top = _opened(str(folder), None)
    except OSError:
        return
    try:
        while sum(_emptied(name, top) for name in _names(top)):
            pass
    finally:
        os.close(top)
    with contextlib.suppress(OSError):
        folder.rmdir()


def _names(fd: int) -> list[str]:
    with os.scandir(fd) as found:
        return [item.name for item in found]


def _emptied(name: str, top: int) -> bool:
    """Remove `name`, and move the folders in it to `top`. False where nothing could be done."""
    with contextlib.suppress(OSError):
        os.unlink(name, dir_fd=top)
        return True
    done = False
    with contextlib.suppress(OSError):
        fd = _opened(name, top)
        try:
            for child in _names(fd):
                done |= _taken_out(child, fd, top)
        finally:
            os.close(fd)
        os.rmdir(name, dir_fd=top)
        done = True
    return done


def _taken_out(name: str, at: int, top: int) -> bool:
    for remove_it in (os.unlink, os.rmdir):
        with contextlib.suppress(OSError):
            remove_it(name, dir_fd=at)
            return True
    with contextlib.suppress(OSError):
        os.close(_opened(name, at))
        os.rename(name, f"left-{secrets.token_hex(12)}", src_dir_fd=at, dst_dir_fd=top)
        return True
    return False


def _opened(name: str, at: int | None) -> int:
    """A folder, by no link, in which everything may be done from now on."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        fd = os.open(name, flags, dir_fd=at)
    except PermissionError:
        _unlock(name, at)
        fd = os.open(name, flags, dir_fd=at)
    with contextlib.suppress(OSError):
        os.fchmod(fd, 0o700)
    return fd


def _unlock(name: str, at: int | None) -> None:
    if not hasattr(os, "O_PATH"):
        os.chmod(name, 0o700, dir_fd=at, follow_symlinks=False)
        return
    fd = os.open(name, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=at)
    try:
        Path(f"/proc/self/fd/{fd}").chmod(0o700)
    finally:
        os.close(fd)


def tail(path: Path, size: int) -> str:
    """The end of a file that a stranger may have replaced: no link is followed, no pipe is waited for."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return ""
    with os.fdopen(fd, "rb") as f:
        found = os.fstat(fd)
        if not stat.S_ISREG(found.st_mode):
            return ""
        f.seek(max(0, found.st_size - size))
        return f.read(size).decode(errors="replace")
