"""Landlock by its three system calls: what this process and its children may open, whom they may signal.

No libraries: this runs under the person's own interpreter. Rights are those of <linux/landlock.h>; a kernel is asked
only for those it knows.
"""

import ctypes
import os
import sys
from collections.abc import Iterable
from pathlib import Path

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same numbers on every architecture
_VERSION = 1  # flag of _CREATE: say which version the kernel speaks
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_DEVICES = 1 << 6 | 1 << 11
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_ALL_FIRST = (1 << 13) - 1
_TCP = 1 << 0 | 1 << 1  # bind, connect
_ABSTRACT_AND_SIGNALS = 1 << 0 | 1 << 1
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_ON_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV


class _Ruleset(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("access", ctypes.c_uint64), ("fd", ctypes.c_int32))


def version() -> int:
    """The version of Landlock that this kernel speaks; 0: none."""
    if sys.platform != "linux":
        return 0
    return max(0, ctypes.CDLL(None, use_errno=True).syscall(_CREATE, None, ctypes.c_size_t(0), _VERSION))


def handled(abi: int) -> tuple[int, int, int]:
    """File rights, network rights and scopes that version `abi` can withhold."""
    files = _ALL_FIRST | (_REFER if abi >= 2 else 0) | (_TRUNCATE if abi >= 3 else 0) | (_IOCTL_DEV if abi >= 5 else 0)
    return files, _TCP if abi >= 4 else 0, _ABSTRACT_AND_SIGNALS if abi >= 6 else 0


def restrict(read: Iterable[str], write: Iterable[str], devices: Iterable[str]) -> None:
    """Leave this process the folders and files given, and no TCP. What does not exist is passed over.

    Nothing in `write` can be executed; `devices` are read, written and given ioctls. Raises OSError where the kernel
    refuses. Needs `no_new_privs`.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    abi = version()
    files, net, scoped = handled(abi)
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    wanted = _Ruleset(files, net, scoped)
    ruleset = _called(libc.syscall(_CREATE, ctypes.byref(wanted), ctypes.c_size_t(size), 0))
    try:
        for paths, rights in (
            (read, _READ),
            (write, files & ~_DEVICES & ~_EXECUTE & ~_IOCTL_DEV),
            (devices, _READ_FILE | _WRITE_FILE | _READ_DIR | _IOCTL_DEV | _TRUNCATE),
        ):
            for path in paths:
                _allow(libc, ruleset, path, rights & files)
        _called(libc.syscall(_RESTRICT, ruleset, 0))
    finally:
        os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: str, rights: int) -> None:
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        beneath = _Beneath(rights if Path(path).is_dir() else rights & _ON_FILES, fd)
        _called(libc.syscall(_ADD, ruleset, 1, ctypes.byref(beneath), 0))
    finally:
        os.close(fd)


def _called(returned: int) -> int:
    if returned < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"Landlock: {os.strerror(number)}")
    return returned
