"""Which layers this system has, which one is used, and how that is said in one line."""

import shutil
import subprocess
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from ...errors import SetupError
from ..worker import landlock, seccomp
from .names import Sandbox

Around = Literal["bwrap", "unshare", "docker", "none"]
_SPOKEN = {"bwrap": "bubblewrap", "unshare": "namespaces", "docker": "docker", "none": ""}
_TRIALS = {
    "bwrap": ["bwrap", "--unshare-all", "--unshare-user", "--die-with-parent", "--cap-drop", "ALL",
              "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "true"],
    "unshare": ["unshare", "--user", "--map-root-user", "--net", "--pid", "--ipc", "--uts", "--mount", "--fork",
                "--kill-child=SIGKILL", "--mount-proc", "true"],
    "docker": ["docker", "version", "--format", "{{.Server.Version}}"],
}  # fmt: skip
_ADVICE = {
    "bwrap": "install bubblewrap (apt install bubblewrap), or allow user namespaces",
    "unshare": "install util-linux, or allow user namespaces",
    "docker": "start the docker daemon",
    "landlock": "it needs Linux 5.13 or newer with Landlock switched on",
}


@dataclass(frozen=True)
class Layers:
    """`around` holds the runner; Landlock and seccomp are put on by every candidate itself."""

    around: Around
    landlock: int = 0
    """the version that the kernel speaks; 0: not used"""
    seccomp: bool = False

    @property
    def namespaces(self) -> bool:
        """Has the runner process ids and a network of its own?"""
        return self.around != "none"

    @property
    def hides_files(self) -> bool:
        """Is what is not in the view out of reach?"""
        return self.around in ("bwrap", "docker") or self.landlock > 0

    def words(self, network: str) -> str:
        """As a person reads it: `sandbox: bubblewrap, Landlock, seccomp; no network`."""
        names = [_SPOKEN[self.around], "Landlock" if self.landlock else "", "seccomp" if self.seccomp else ""]
        there = ", ".join(n for n in names if n) or "none but limits on time and memory"
        cut = "no network" if self.namespaces or self.seccomp or network.startswith("cut") else f"network {network}"
        seen = "" if self.hides_files else "; the script can read and write what you can"
        return f"sandbox: {there}; {cut}{seen}"


@cache
def missing(name: str) -> str | None:
    """Why a layer cannot be used here; None where it can."""
    if name == "landlock":
        return None if landlock.version() else "this kernel has no Landlock"
    command = _TRIALS[name]
    if shutil.which(command[0]) is None:
        return f"{command[0]} is not installed"
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired) as e:
        return f"{command[0]} does not answer ({type(e).__name__})"
    if run.returncode == 0:
        return None
    words = [line.strip() for line in run.stderr.splitlines() if line.strip()]
    return f"{command[0]} does not work here ({words[-1][:200] if words else f'exit code {run.returncode}'})"


def choose(wanted: Sandbox) -> Layers:
    """The layers of a sandbox by its name, `auto` the strongest. Raises SetupError for one that is missing."""
    if wanted == "none":
        return Layers("none")
    inner = Layers("none", landlock.version(), seccomp.available())
    if wanted == "auto":
        return _strongest(inner)
    if (why := missing(wanted)) is not None:
        raise SetupError(f"the sandbox {wanted} cannot be used: {why}; {_ADVICE[wanted]}, or choose --sandbox auto")
    if wanted == "unshare" and not inner.landlock:
        raise SetupError("the sandbox unshare cannot be used: files would be open, as this kernel has no Landlock; "
                         "install bubblewrap, or choose --sandbox auto")  # fmt: skip
    if wanted == "landlock":
        return inner
    return replace(inner, around="bwrap" if wanted == "bwrap" else "docker" if wanted == "docker" else "unshare")


def _strongest(inner: Layers) -> Layers:
    if missing("bwrap") is None:
        return replace(inner, around="bwrap")
    if missing("unshare") is None:
        return replace(inner, around="unshare")
    return inner
