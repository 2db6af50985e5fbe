"""FILE.py: anybody's `solve(task, budget, judging)`, which returns code, a Submission, or None."""

import hashlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...knowledge.types import Submission
from ...tools.errors import UsageError
from .problem import Judging, Problem


@dataclass(frozen=True)
class FromFile:
    """A person's own solver. It runs in this process: it is theirs, as the command line is."""

    path: Path
    function: Callable[[Problem, int, Judging], Any]
    name: str

    def solve(self, problem: Problem, budget: int, judging: Judging) -> Submission:
        found = self.function(problem, budget, judging)
        if isinstance(found, Submission):
            return found
        if found is None or isinstance(found, str):
            return Submission(code=found, note="" if found else f"{self.path.name} handed in nothing")
        raise UsageError(
            f"solve() in {self.path} returned {type(found).__name__} for {problem.id}; return code as a string, "
            "a Submission, or None"
        )


def from_file(path: Path) -> FromFile:
    """Load a solver. Its name holds the hash of its text, so that a changed solver is another run."""
    try:
        digest = hashlib.blake2b(path.read_bytes(), digest_size=4).hexdigest()
    except OSError as e:
        raise UsageError(f"cannot read the solver {path}: {e.strerror}") from e
    spec = importlib.util.spec_from_file_location(f"diffbench_solver_{digest}", path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{path} is not a Python file with a function solve(task, budget, judging)")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (ImportError, SyntaxError, NameError) as e:
        raise UsageError(f"the solver {path} cannot be loaded: {type(e).__name__}: {e}") from e
    function = getattr(module, "solve", None)
    if not callable(function):
        raise UsageError(f"{path} has no function solve(task, budget, judging)")
    return FromFile(path, function, f"{path.stem}-{digest}")
