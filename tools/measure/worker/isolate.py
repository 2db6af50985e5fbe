"""What a runner process gives up before it runs somebody else's code. Linux; each layer says if it is there."""

import ctypes
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

from . import landlock, seccomp

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_CHILD_SUBREAPER = 36
_PR_CAPBSET_DROP = 24
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
_CAPABILITY_VERSION_3 = 0x20080522


def _libc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent() -> None:
    """Get killed when the parent process ends, however it ends."""
    if libc := _libc():
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends, so that none of them slips away unseen."""
    if libc := _libc():
        libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def no_new_privileges() -> None:
    """Nothing that this process starts can gain rights that it has not."""
    if libc := _libc():
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def cut_network() -> str:
    """Move this single-threaded process into an empty network namespace; say how it went."""
    libc = _libc()
    if libc is None:
        return "not cut: no namespaces on this system"
    uid, gid = os.getuid(), os.getgid()
    if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0:
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"{uid} {uid} 1")
        _write("/proc/self/gid_map", f"{gid} {gid} 1")
        return "cut: user and network namespace"
    if libc.unshare(_CLONE_NEWNET) == 0:
        return "cut: network namespace"
    return f"not cut: unshare failed ({os.strerror(ctypes.get_errno())})"


def wall_in(walls: dict[str, Any]) -> None:
    """The last thing before foreign code: no capabilities, and what the job says of Landlock and seccomp.

    Raises OSError where the kernel refuses what the judge has counted on: better no run than an open one.
    """
    if sys.platform != "linux":
        return
    if walls.get("processes"):
        _bound(resource.RLIMIT_NPROC, int(walls["processes"]))
    if walls["landlock"] or walls["seccomp"]:
        drop_capabilities()
    if walls["landlock"]:
        landlock.restrict(walls["read"], walls["write"], walls["devices"])
    if walls["seccomp"]:
        seccomp.restrict(walls["unix_sockets"], walls["keep_metadata"])


def drop_capabilities() -> None:
    """Also those of root, and of the root of a namespace; programs that are started do not get them back."""
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in range(64):
        libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
    libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    if libc.capset(header, (ctypes.c_uint32 * 6)()) != 0:
        raise OSError(ctypes.get_errno(), "capset")


def _write(path: str, text: str) -> None:
    try:
        Path(path).write_text(text)
    except OSError:
        return  # an unmapped user still runs; files stay readable by the real user id


def limit(memory_mb: float | None, file_mb: float, files: int, cpu_s: float | None) -> None:
    """Resource limits of one candidate. `memory_mb` bounds the address space and is None where CUDA needs it all."""
    wanted = [
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, int(file_mb * 1e6)),
        (resource.RLIMIT_NOFILE, files),
    ]
    if memory_mb is not None:
        wanted.append((resource.RLIMIT_AS, int(memory_mb * 1e6)))
    if cpu_s is not None:
        wanted.append((resource.RLIMIT_CPU, int(cpu_s)))
    for name, value in wanted:
        _bound(name, value)


def _bound(name: int, value: int) -> None:
    _, hard = resource.getrlimit(name)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(name, (value, value))
