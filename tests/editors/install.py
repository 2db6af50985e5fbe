"""What the editors' tests need of the system, installed where that may be done: `python tests/editors/install.py`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

PACKAGES = {
    "nvim": ("neovim",),
    "emacs": ("emacs-nox",),
    "eglot": ("elpa-eglot",),
    "code-server": ("libkrb5-dev", "libx11-dev", "libxkbfile-dev", "libsecret-1-dev", "pkg-config"),
    "chromium": ("chromium",),
}
EGLOT = Path("/usr/share/emacs/site-lisp/elpa")


def install(*names: str) -> None:
    """Install the Debian packages of these; silently nothing where apt-get or its rights are missing."""
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return  # what is missing is told by the step that needs it
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=quiet, check=False)
    packages = [package for name in names for package in PACKAGES[name]]
    get = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    subprocess.run(get, env=quiet, stdout=sys.stderr, check=False)


def missing() -> list[str]:
    """Editors that are driven without a browser and are not there yet."""
    found = {name: shutil.which(name) is not None for name in ("nvim", "emacs")}
    return [name for name, there in {**found, "eglot": any(EGLOT.glob("eglot-*"))}.items() if not there]


if __name__ == "__main__":
    if needed := missing():
        install(*needed)
