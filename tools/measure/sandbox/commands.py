"""Command lines that put a program behind walls. Pure: from a view and a command to a longer command."""

from collections.abc import Sequence
from pathlib import Path

from .view import View

IMAGE = "debian:stable-slim"
"""gives the container its root; programs and libraries are this machine's own, mounted over it"""
_SHARED_MEMORY = 1 << 30
_PROCESSES = 1024
_PREPARE = (
    "mount -t tmpfs -o size=1g,mode=1777 tmpfs /dev/shm && "
    'mount -t tmpfs -o size=1m,mode=755 tmpfs /run 2>/dev/null; exec "$@"'
)


def bubblewrap(bwrap: str, view: View, command: Sequence[str], folder: Path) -> list[str]:
    """New namespaces of every kind, and a file system that holds the view and nothing else."""
    line = [
        bwrap, "--unshare-all", "--unshare-user", "--die-with-parent", "--cap-drop", "ALL", "--hostname", "runner",
        "--proc", "/proc", "--dev", "/dev", "--size", str(_SHARED_MEMORY), "--tmpfs", "/dev/shm",
        "--size", str(1 << 20), "--tmpfs", "/tmp",
    ]  # fmt: skip
    for path in view.read:
        line += ["--ro-bind-try", str(path), str(path)]
    for path in view.hidden:
        line += ["--tmpfs", str(path)]
    for path in view.inside:
        line += ["--ro-bind-try", str(path), str(path)]
    for path in view.devices:
        line += ["--dev-bind-try", str(path), str(path)]
    for path in view.write:
        line += ["--bind", str(path), str(path)]
    return [*line, "--chdir", str(folder), "--", *command]


def unshare(program: str, command: Sequence[str]) -> list[str]:
    """New user, network, process, IPC and mount namespaces. Files are Landlock's business."""
    return [
        program, "--user", "--map-root-user", "--net", "--pid", "--ipc", "--uts", "--mount", "--fork",
        "--kill-child=SIGKILL", "--mount-proc", "sh", "-c", _PREPARE, "sh", *command,
    ]  # fmt: skip


def docker(
    program: str,
    view: View,
    command: Sequence[str],
    folder: Path,
    *,
    user: tuple[int, int],
    environment: dict[str, str],
    memory_mb: float | None,
    name: str,
) -> list[str]:
    """A container without network, rights or a writable root; it calls the judge at a socket in scratch."""
    line = [
        program, "run", "--rm", "--init", "--name", name, "--network", "none", "--ipc", "private", "--read-only",
        "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--pids-limit", str(_PROCESSES),
        "--shm-size", str(_SHARED_MEMORY), "--tmpfs", "/tmp:size=64m", "--ulimit", "core=0",
        "--user", f"{user[0]}:{user[1]}", "--workdir", str(folder),
    ]  # fmt: skip
    if memory_mb is not None:
        line += ["--memory", f"{memory_mb:.0f}m", "--memory-swap", f"{memory_mb:.0f}m"]
    if any(path.name.startswith("nvidia") for path in view.devices):
        line += ["--gpus", "all"]
    for path in view.devices:
        line += [] if path.name.startswith("nvidia") else ["--device", str(path)]
    for path in view.read:
        line += [] if path == Path("/sys") else ["--mount", f"type=bind,source={path},target={path},readonly"]
    for path in view.hidden:
        line += ["--mount", f"type=tmpfs,target={path}"]
    for path in view.inside:
        line += ["--mount", f"type=bind,source={path},target={path},readonly"]
    for path in view.write:
        line += ["--mount", f"type=bind,source={path},target={path}"]
    for key, value in sorted(environment.items()):
        line += ["--env", f"{key}={value}"]
    return [*line, "--entrypoint", "", IMAGE, *command]
