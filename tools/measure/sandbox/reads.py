"""Which of the person's own folders a script may read: its neighbours, folders that it names, and those allowed.

Secrets stay out whatever the script says: hidden folders of the home, system settings, the store and this program.
"""

import ast
import os
import pwd
import re
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path

from ...script.notebook import Notebook, read_notebook
from .. import jobs
from .view import KEYS_OF_HUB, PACKAGE, View, of_models
from .walls import Walls

_SYSTEM = tuple(map(Path, ("/etc", "/proc", "/sys", "/dev", "/run", "/var", "/boot")))
_IN_MESSAGE = re.compile(r"(?<![\w./])(~?/[^\s'\"`:;,<>|*?()\[\]{}]{2,300})")
_MOST = 50


def named_by(code: str) -> Iterator[Path]:
    """Folders and files of this machine that stand in a script as text, absolute or with ~."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    parts = {id(v) for n in ast.walk(tree) if isinstance(n, ast.JoinedStr) for v in n.values}
    whole = (n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and id(n) not in parts)
    texts = {text for text in whole if isinstance(text, str)}
    for text in sorted(texts)[:10_000]:
        if text.startswith(("/", "~/")) and len(text) < 1000 and (path := _existing(text)) is not None:
            yield path


def _existing(text: str) -> Path | None:
    try:
        path = Path(text).expanduser()
        return path if path.exists() else None
    except (OSError, ValueError, RuntimeError):
        return None


def secret(path: Path, guarded: Iterable[Path] = ()) -> bool:
    """Does `path` lie in a place that no script needs, or hold one? `guarded`: more such places."""
    real = path.resolve()
    for home in _homes():
        if home.is_relative_to(real):
            return True
        if real == home / ".cache" or (real.is_relative_to(home) and _hidden(real.relative_to(home).parts[0])):
            return True
    if real.name in KEYS_OF_HUB and real.is_file():
        return True
    places = [*_SYSTEM, PACKAGE, Path(tempfile.gettempdir(), "diffagent-0"), *guarded]
    return any(real.is_relative_to(p.resolve()) or p.resolve().is_relative_to(real) for p in places)


def _hidden(name: str) -> bool:
    """Models lie in folders of ~/.cache; whatever else begins with a dot is none of a script's business."""
    return name.startswith(".") and name != ".cache"


def _homes() -> set[Path]:
    """The person's home, whatever the environment says of it, and root's."""
    entry = Path(pwd.getpwuid(os.getuid()).pw_dir) if _has_entry() else Path.home()
    return {Path.home().resolve(), entry.resolve(), Path("/root")}


def _has_entry() -> bool:
    return any(entry.pw_uid == os.getuid() for entry in pwd.getpwall())


def of_file(source: Path, walls: Walls) -> tuple[Path, ...]:
    """The same of a script's file as it lies on the disk: the person's, not the candidate's."""
    try:
        code = source.read_text(encoding="utf-8", errors="replace")
    except OSError:
        code = ""
    return of_script(source, _code_of(source, code), walls.guarded)


def _code_of(source: Path, text: str) -> str:
    """A notebook's cells as one text; nothing where they cannot be read, as then they are not run either."""
    if source.suffix != ".ipynb":
        return text
    found = read_notebook(str(source), text)
    return found.python if isinstance(found, Notebook) else ""


def of_script(source: Path, code: str, guarded: Iterable[Path] = ()) -> tuple[Path, ...]:
    """What a script may read besides its own folder's small files: links' ends and folders that it names."""
    guarded = tuple(guarded)
    wanted = [part for path in (*neighbours(source, code), *named_by(code)) for part in _without_keys(path)]
    found = [path.resolve() for path in wanted if not secret(path, guarded)]
    return tuple(dict.fromkeys(found))[:_MOST]


def _without_keys(path: Path) -> list[Path]:
    """A Hugging Face home in its parts, so that its keys can be left out."""
    return list(of_models(path)) if any((path / key).is_file() for key in KEYS_OF_HUB) else [path]


def neighbours(source: Path, code: str) -> Iterator[Path]:
    """Folders and large files beside a script. In the home folder only those that it names."""
    folder = source.absolute().parent
    everything = folder.resolve() != Path.home().resolve()
    yield from (item for item in jobs.linked(source) if everything or item.name in code)


def unseen(message: str, view: View, guarded: Iterable[Path] = ()) -> Path | None:
    """A path in a failure's words that is there on this machine, may be shown, and was not."""
    for text in _IN_MESSAGE.findall(message)[:20]:
        path = _existing(text.rstrip("."))
        if path is not None and not view.shows(path) and not view.shows(path.resolve()) and not secret(path, guarded):
            return path
    return None
