"""Which files a client may name: those of the workspace. Text that a client gives is kept in our own folder."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from ...tools import textfile
from ...tools.errors import SetupError, UsageError

SUFFIXES = (".py", ".ipynb")


@dataclass(frozen=True)
class Workspace:
    """Folders whose files may be read, and the folder where scripts that come as text are kept."""

    folders: tuple[Path, ...]
    given: Path

    def script(self, words: str) -> Path:
        """The file of a script: a path in the workspace, or the script's whole text. Raises UsageError."""
        if not words.strip():
            raise UsageError("script is empty: give the path of a Python file in the workspace, or its whole text")
        return self._kept(words) if "\n" in words.strip() else self._named(words.strip())

    def owns(self, path: Path) -> bool:
        """Is it a file of the workspace, rather than text that we keep?"""
        return any(path.resolve().is_relative_to(folder) for folder in self.folders)

    def _named(self, words: str) -> Path:
        if not self.folders:
            raise UsageError(
                "the server has no workspace, so no path can be read: give the script's whole text, or start it with "
                "`diffagent-mcp serve --workspace FOLDER`"
            )
        asked = Path(words.removeprefix("file://")).expanduser()
        tries = [asked] if asked.is_absolute() else [folder / asked for folder in self.folders]
        inside = [p for p in (one.resolve() for one in tries) if self.owns(p)]
        shown = ", ".join(str(folder) for folder in self.folders)
        if not inside:
            raise UsageError(f"{words[:200]} is outside the workspace ({shown}): give a path in it, or the text")
        found = next((p for p in inside if p.exists()), None)
        if found is None:
            raise UsageError(f"there is no file {words[:200]} in the workspace ({shown}): give its path, or its text")
        if found.suffix not in SUFFIXES:
            raise UsageError(f"{words[:200]} is not a Python file: a script ends in .py or .ipynb")
        return found

    def _kept(self, text: str) -> Path:
        """A file with this text, named by what it says, so that the same text is the same file."""
        folder = self.given / hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
        path = folder / "script.py"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                textfile.write(path, text)
        except OSError as e:
            raise SetupError(f"cannot write {path} ({e.strerror}); name another folder with DIFFAGENT_HOME") from e
        return path


def workspace(folders: list[Path] | None, home: Path) -> Workspace:
    """The folders that were named, else the one that the server was started in, unless that is everything.

    Raises UsageError for a folder that is not there.
    """
    for folder in folders or ():
        if not folder.is_dir():
            raise UsageError(f"--workspace {folder}: there is no such folder")
    here = Path.cwd().resolve()
    whole = (Path(here.anchor), Path.home().resolve())
    usual = () if here in whole else (here,)
    return Workspace(tuple(f.resolve() for f in folders) if folders else usual, home.absolute() / "given")
