"""What is asked of the walls around a runner: which layer, and what of the person's may be read beyond the usual."""

from dataclasses import dataclass, replace
from pathlib import Path

from .names import Sandbox


@dataclass(frozen=True)
class Walls:
    """`sandbox` is a layer's name; `read` are folders and files that the person has allowed by name."""

    sandbox: Sandbox = "auto"
    read: tuple[Path, ...] = ()
    guarded: tuple[Path, ...] = ()
    """folders that no script may read, whatever it names: the store's"""

    def guarding(self, *more: Path) -> "Walls":
        """The same, with more that no script may read."""
        return replace(self, guarded=(*self.guarded, *more))
