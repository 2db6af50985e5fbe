"""A document as it was read in one version: pipelines, and what is wrong. Pure, but for files beside it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ...knowledge.types import Diagnostic, PipelineSite, Script
from ...tools.script.analyse import Studied
from ...tools.script.built import Built
from ...tools.script.front import relevant
from ...tools.script.lint.diagnose import found_in
from ...tools.script.package import analyse_in_package, on_disk, study_in_package
from ...tools.script.source import fingerprint
from .spans import lines_of


@dataclass(frozen=True)
class Reading:
    """What one version of a document says."""

    path: Path
    version: int | None
    text: str
    studied: Studied | None
    """None: it is no Python that can be read, as while somebody types"""
    diagnostics: tuple[Diagnostic, ...] = ()

    @cached_property
    def lines(self) -> list[str]:
        return lines_of(self.text)

    @cached_property
    def sha(self) -> str:
        """What tells this text from others, as the store has it."""
        return fingerprint(self.text)

    @property
    def pairs(self) -> Iterator[tuple[Built, PipelineSite]]:
        return iter(()) if self.studied is None else self.studied.pairs

    @property
    def sites(self) -> tuple[PipelineSite, ...]:
        return () if self.studied is None else self.studied.script.pipelines

    @cached_property
    def script(self) -> Script | None:
        """The whole text analysed, for edits; None where it cannot be read."""
        found = analyse_in_package(str(self.path), self.text, on_disk(self.path))
        return found if isinstance(found, Script) else None


def read(path: Path, version: int | None, text: str, ignore: Collection[str]) -> Reading:
    """Read a text. Of a long one, what has nothing to do with pipelines is not looked at."""
    if "diffusers" not in text:
        return Reading(path, version, text, None)
    front = relevant(text)
    studied = study_in_package(str(path), front, on_disk(path))
    if not isinstance(studied, Studied) and front is not text:
        studied = study_in_package(str(path), text, on_disk(path))
    if not isinstance(studied, Studied):
        return Reading(path, version, text, None)
    return Reading(path, version, text, studied, found_in(studied, ignore))
