"""Who is at a task: a process of this machine, known by its id and start, so that a dead one holds nothing."""

import os
import socket

import psutil

LEASE_S = 180.0
"""a claim of another machine ends so long after it was last renewed"""


def owner(pid: int | None = None) -> str:
    """`host/pid/start` of a process, this one where none is named. Raises psutil.NoSuchProcess for one that is gone."""
    pid = os.getpid() if pid is None else pid
    return f"{socket.gethostname()}/{pid}/{psutil.Process(pid).create_time():.2f}"


def alive(claimed_by: str) -> bool:
    """Does the owner still run? Of another machine that cannot be said here: its lease decides."""
    host, _, rest = claimed_by.partition("/")
    if host != socket.gethostname():
        return True
    pid = rest.partition("/")[0]
    try:
        process = psutil.Process(int(pid))
        return owner(process.pid) == claimed_by and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.NoSuchProcess, psutil.AccessDenied, ValueError):
        return False
