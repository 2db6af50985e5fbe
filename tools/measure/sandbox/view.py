"""What the runner may see of this machine: the system's programs, the interpreter, the models, and little else."""

import itertools
import json
import os
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ...chat import keys
from ...errors import SetupError

PACKAGE = Path(__file__).resolve().parents[3]
WORKER = Path(__file__).resolve().parents[1] / "worker"
_SYSTEM = (
    "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/opt/cuda", "/opt/rocm", "/sys",
    "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/ssl", "/etc/pki",
    "/etc/localtime", "/etc/timezone", "/etc/fonts", "/etc/mime.types", "/etc/os-release", "/etc/OpenCL",
    "/etc/vulkan",
)  # fmt: skip
_DEVICES = ("/dev/dri", "/dev/kfd", "/dev/dxg")
_MOST_LINKS = 100_000
KEYS_OF_HUB = frozenset({"token", "stored_tokens"})
SECRETS_OF_HUB = KEYS_OF_HUB | {"modules"}
"""in a Hugging Face home: keys, and code that earlier runs have fetched"""
_ASK = (
    "import json, sys\nprint(json.dumps([sys.executable, [sys.prefix, sys.base_prefix, sys.exec_prefix], sys.path]))\n"
)


@dataclass(frozen=True)
class Interpreter:
    """The project's python as it calls itself, and the folders that it imports from."""

    python: Path
    folders: tuple[Path, ...]


@dataclass(frozen=True)
class View:
    """Folders and files as they are named: to read, to write, and devices to use."""

    read: tuple[Path, ...]
    write: tuple[Path, ...]
    devices: tuple[Path, ...] = ()
    hidden: tuple[Path, ...] = ()
    """folders within `read` that are empty for the runner: this program, where it is installed among libraries"""
    inside: tuple[Path, ...] = ()
    """what is to be read within `hidden` nevertheless"""

    def shows(self, path: Path) -> bool:
        """Can `path`, as it is named, be read?"""
        if any(path.is_relative_to(p) for p in (*self.inside, *self.write)):
            return True
        return any(path.is_relative_to(p) for p in self.read) and not any(path.is_relative_to(p) for p in self.hidden)

    def granted(self) -> list[Path]:
        """The same as a list of what may be read, for rules that can only add."""
        return [g for path in self.read for g in _around(path, self.hidden)] + list(self.inside)


def interpreter(python: Path) -> Interpreter:
    """Ask an interpreter where it lives. Raises SetupError where it does not run."""
    try:
        run = subprocess.run(
            [str(python), "-I", "-c", _ASK],
            env=keys.without_keys(os.environ),
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        executable, prefixes, path = json.loads(run.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as e:
        reason = getattr(e, "strerror", None) or str(e).splitlines()[0]
        raise SetupError(f"cannot start {python}: {reason}; give the project's interpreter with --python") from e
    own = [Path(p) for p in path if p and not _ours(Path(p))]
    libraries = [end for folder in map(Path, path) for end in _linked(folder)]
    return Interpreter(Path(executable), tuple(dict.fromkeys([*map(Path, prefixes), *own, *libraries])))


def _linked(folder: Path) -> list[Path]:
    """Where a folder of libraries leads: packages that are links into another environment, or into a cache."""
    if folder.name not in ("site-packages", "dist-packages") or not folder.is_dir():
        return []
    ends = [item.resolve() for item in folder.iterdir() if item.is_symlink()]
    return list(dict.fromkeys(end.parent if end.parent.name == folder.name else end for end in ends))


def _ours(folder: Path) -> bool:
    """An editable install of this program puts its repository on the path: scripts have no business there."""
    return (folder / "diffagent_mcp").is_dir() and folder.name not in ("site-packages", "dist-packages")


def view_of(
    found: Interpreter, models_home: Path, scratch: Path, environment: dict[str, str], extra: Iterable[Path]
) -> View:
    """Everything that a runner needs: nothing of the home folder, the store, the scorer or the repository."""
    libraries = [Path(p) for p in environment.get("LD_LIBRARY_PATH", "").split(":") if p.startswith("/")]
    wanted = [
        *map(Path, _SYSTEM),
        *(Path(p) for p in (environment.get("CUDA_HOME"),) if p),
        *(p for p in (*libraries, *found.folders) if not _too_wide(p)),
        *of_models(models_home),
        *extra,
    ]
    there = outermost(p for p in wanted if p.exists())
    covered = any(PACKAGE.is_relative_to(p) for p in there)
    inside = outermost([WORKER, *(p for p in wanted if p.exists() and p.is_relative_to(PACKAGE))])
    outside = [p for p in there if not p.is_relative_to(PACKAGE)]
    return View(tuple(outside), (scratch,), tuple(_devices()), (PACKAGE,) if covered else (), tuple(inside))


def _around(path: Path, hidden: tuple[Path, ...]) -> list[Path]:
    """`path`, or where something in it is hidden, everything in it that is not."""
    if path in hidden:
        return []
    if not any(h.is_relative_to(path) for h in hidden):
        return [path]
    return [g for item in sorted(path.iterdir()) for g in _around(item, hidden)]


def _devices() -> Iterator[Path]:
    yield from sorted(Path("/dev").glob("nvidia*"))
    yield from (p for p in map(Path, _DEVICES) if p.exists())


def _too_wide(folder: Path) -> bool:
    home = Path.home()
    return not folder.is_absolute() or home.is_relative_to(folder.resolve())


def of_models(home: Path) -> Iterator[Path]:
    """A Hugging Face home without its keys, and the folders outside it that its links lead to."""
    if not home.is_dir():
        return
    for item in sorted(home.iterdir()):
        if item.name not in SECRETS_OF_HUB and not item.name.startswith("."):
            yield item
    real = home.resolve()
    led: set[Path] = set()
    for path in itertools.islice(_links(home / "hub"), _MOST_LINKS):
        target = path.resolve()
        if not target.is_relative_to(real):
            led.add(target if target.is_dir() else target.parent)
    yield from sorted(led)


def _links(folder: Path) -> Iterator[Path]:
    if folder.is_symlink():
        yield folder
    for place, folders, files in os.walk(folder):
        yield from (path for name in (*folders, *files) if (path := Path(place, name)).is_symlink())


def outermost(paths: Iterable[Path]) -> list[Path]:
    """Each once, and none that lies in another. Order is kept."""
    kept: list[Path] = []
    for path in sorted(dict.fromkeys(paths), key=lambda p: len(p.parts)):
        if not any(path.is_relative_to(k) for k in kept):
            kept.append(path)
    return kept
