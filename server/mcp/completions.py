"""What a client offers while a person types: methods, pipelines, jobs, scripts of the workspace."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from anyio import to_thread
from mcp.types import Completion, CompletionArgument, CompletionContext, PromptReference, ResourceTemplateReference

from .door import Door
from .resources import PICTURES
from .workspace import SUFFIXES, Workspace

if TYPE_CHECKING:
    from ..jobs.control import Jobs

MOST = 100
"""values of one answer, which is the protocol's limit"""
_SKIPPED = ("node_modules", "site-packages", "__pycache__")


@dataclass(frozen=True)
class Completions:
    """Values for the arguments of prompts and of resource addresses."""

    jobs: "Callable[[], Jobs]"
    place: Workspace

    def offer(self, door: Door) -> None:
        """Put them on the server."""
        door.completion()(self.complete)

    async def complete(
        self,
        ref: PromptReference | ResourceTemplateReference,
        argument: CompletionArgument,
        context: CompletionContext | None,
    ) -> Completion | None:
        """The values that begin with what was typed; None where nothing is known of the argument."""
        uri = ref.uri if isinstance(ref, ResourceTemplateReference) else ""
        known = await to_thread.run_sync(self._values, str(uri), argument.name)
        if known is None:
            return None
        typed = argument.value.casefold()
        fitting = [v for v in known if v.casefold().startswith(typed)]
        fitting += [v for v in known if typed in v.casefold() and v not in fitting]
        return Completion(values=fitting[:MOST], total=len(fitting), has_more=len(fitting) > MOST)

    def _values(self, uri: str, name: str) -> list[str] | None:
        if uri.startswith("knowledge://methods"):
            from ...knowledge.catalogue import CATALOGUE

            return list(CATALOGUE)
        if uri.startswith("pipeline://"):
            from ...knowledge.pipelines import EVERY_CARD

            return list(dict.fromkeys(card.pipeline_class for card in EVERY_CARD))
        if uri and name == "id":
            return list(self.jobs().marks())
        fixed: dict[str, list[str]] = {
            "part": ["code", "diff", "outcome", "events"],
            "picture": list(PICTURES),
            "speedup": ["1.5", "2", "3"],
        }
        return scripts(self.place.folders) if name == "script" else fixed.get(name)


def scripts(folders: Iterable[Path], most: int = 1000) -> list[str]:
    """Scripts below the folders that name diffusers, as paths from there; not in hidden folders and libraries."""
    found: list[str] = []
    for folder in folders:
        for path in _walked(folder):
            if len(found) >= most:
                return found
            if b"diffusers" in path.read_bytes()[:200_000]:
                found.append(path.relative_to(folder).as_posix())
    return found


def _walked(folder: Path) -> Iterable[Path]:
    for one in sorted(folder.iterdir()):
        if one.name.startswith(".") or one.name in _SKIPPED or one.is_symlink():
            continue
        if one.is_dir():
            yield from _walked(one)
        elif one.suffix in SUFFIXES:
            yield one
