"""What a check says, and how programs are run for it."""

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).parents[2]
State = Literal["passed", "skipped", "FAILED"]


@dataclass(frozen=True)
class Said:
    """One line of the table."""

    name: str
    state: State
    sentence: str


class Wrong(Exception):
    """A check failed; the sentence says why."""


class Skipped(Exception):
    """A check cannot be made here; the sentence says why."""


@dataclass(frozen=True)
class Check:
    """A name, and what to do; it returns a sentence, or raises Wrong or Skipped."""

    name: str
    do: Callable[[], str]

    def said(self) -> Said:
        """Make it."""
        try:
            return Said(self.name, "passed", self.do())
        except Skipped as e:
            return Said(self.name, "skipped", str(e))
        except Wrong as e:
            return Said(self.name, "FAILED", str(e))


def run(
    words: Sequence[str | Path],
    cwd: Path = ROOT,
    environment: Mapping[str, str] | None = None,
    given: str | None = None,
    timeout: float = 900,
) -> str:
    """What a program prints. Raises Wrong with its last lines where it fails."""
    kept = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    command = [str(w) for w in words]
    try:
        done = subprocess.run(
            command, cwd=cwd, env={**kept, **(environment or {})}, input=given, capture_output=True, text=True,
            timeout=timeout,
        )  # fmt: skip
    except subprocess.TimeoutExpired as e:
        raise Wrong(f"{' '.join(command[:3])} took longer than {timeout:.0f} s") from e
    if done.returncode:
        last = " / ".join((done.stderr or done.stdout).strip().splitlines()[-3:])
        raise Wrong(f"{' '.join(command[:3])} ended with {done.returncode}: {last[-300:]}")
    return done.stdout


def need(program: str, instead: str) -> str:
    """The path of a program. Raises Skipped where it is not here."""
    beside = ROOT / ".venv" / "bin" / program
    found = str(beside) if beside.exists() else shutil.which(program)
    if found is None:
        raise Skipped(f"{program} is not here: {instead}")
    return found


def hold(true: bool, sentence: str) -> None:
    """Raise Wrong with the sentence where something is not so."""
    if not true:
        raise Wrong(sentence)
