"""What a client offers while a person types: methods, pipelines, jobs, scripts of the workspace."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from anyio import to_thread
from mcp.types import Completion, CompletionArgument, CompletionContext, PromptReference, ResourceTemplateReference

from ...tools.script.files import scripts_below
from .door import Door
from .resources import PICTURES
from .workspace import SUFFIXES, Workspace

if TYPE_CHECKING:
    from ..jobs.control import Jobs

MOST = 100
"""values of one answer, which is the protocol's limit"""


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
            return [view.id for view in self.jobs().asked(MOST)]
        fixed: dict[str, list[str]] = {
            "part": ["code", "diff", "outcome", "events"],
            "picture": list(PICTURES),
            "speedup": ["1.5", "2", "3"],
        }
        return scripts(self.place.folders) if name == "script" else fixed.get(name)


def scripts(folders: Iterable[Path], most: int = 5000) -> list[str]:
    """Scripts below the folders that name diffusers, as paths from there; at most so many are looked at in each."""
    found = [
        path.relative_to(folder).as_posix()
        for folder in folders
        for path in islice(scripts_below(folder, SUFFIXES), most)
        if _names_diffusers(path)
    ]
    return sorted(found)


def _names_diffusers(path: Path) -> bool:
    try:
        return not path.is_symlink() and b"diffusers" in path.read_bytes()[:200_000]
    except OSError:
        return False
