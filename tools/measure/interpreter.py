"""The project's own python: which one it is, and what is installed there. Asked without importing torch."""

import json
import os
import subprocess
import sys
from pathlib import Path

from ..chat import keys
from ..errors import SetupError
from .worker.zygote import LIBRARIES

_ASK = (
    "import json, platform, sys\n"
    "from importlib import metadata\n"
    "found = {}\n"
    "for name in sys.argv[1:]:\n"
    "    try: found[name] = metadata.version(name)\n"
    "    except metadata.PackageNotFoundError: pass\n"
    "print(json.dumps([platform.python_version(), found]))\n"
)


def choose(script: Path, chosen: str | None) -> Path:
    """The one given, the active environment's, the nearest one above the script, else ours. Links are kept."""
    if chosen:
        return Path(chosen).expanduser().absolute()
    folders = [Path(active)] if (active := os.environ.get("VIRTUAL_ENV")) else []
    folders += [parent / name for parent in script.absolute().parents for name in (".venv", "venv")]
    found = (folder / "bin" / "python" for folder in folders)
    return next((python for python in found if python.exists()), Path(sys.executable))


def versions(python: Path) -> tuple[str, dict[str, str]]:
    """Python's version and those of the libraries that matter to a measurement."""
    try:
        run = subprocess.run(
            [str(python), "-I", "-c", _ASK, *LIBRARIES],
            env=keys.without_keys(os.environ),
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        version, found = json.loads(run.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as e:
        ended = f"it ended with exit code {e.returncode}" if isinstance(e, subprocess.CalledProcessError) else None
        reason = ended or getattr(e, "strerror", None) or str(e).splitlines()[0]
        raise SetupError(f"{python} does not run ({reason}); give the project's interpreter with --python") from e
    for required in ("torch", "diffusers"):
        if required not in found:
            raise SetupError(
                f"{required} is not installed for {python}; install it there (pip install 'diffagent-mcp[run]' has all "
                "of it), or give the project's own interpreter with --python"
            )
    return version, found
