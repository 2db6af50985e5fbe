"""From what a person names (a file, perhaps a pipeline in it) to what can be measured."""

from dataclasses import dataclass
from pathlib import Path

from ..knowledge.situation import Situation, measured, situation_at
from ..knowledge.types import Diagnostic, Environment, PipelineSite, Profile, Script
from ..tools.errors import UsageError
from ..tools.script.analyse import Studied, analyse
from ..tools.script.choose import choose
from ..tools.script.lint.diagnose import found_in
from ..tools.script.package import on_disk, study_in_package
from ..tools.textfile import TextFile, read

OURS = Path("script.py")
"""the name of a script that nobody has on disk"""


@dataclass(frozen=True)
class Opened:
    """A script, read and analysed, and the pipeline in it that is meant."""

    file: TextFile
    script: Script
    site: PipelineSite


def study(path: Path) -> tuple[TextFile, Studied]:
    """Read and analyse one file, and what the files beside it build for it. Raises UsageError with one sentence."""
    file = read(path)
    studied = study_in_package(str(path), file.text, on_disk(path))
    if not isinstance(studied, Studied):
        raise UsageError(studied.message)
    return file, studied


def inspect(path: Path) -> tuple[TextFile, Script]:
    """The same, without the syntax that it was read from."""
    file, studied = study(path)
    return file, studied.script


def diagnosed(path: Path) -> tuple[TextFile, Script, tuple[Diagnostic, ...]]:
    """What a script is, with what is wrong with it. Nothing is run."""
    file, studied = study(path)
    return file, studied.script, found_in(studied)


def open_script(path: Path, pipeline: str | None) -> Opened:
    """The same, and the one pipeline that is meant; several need a choice."""
    file, script = inspect(path)
    site = choose(script, pipeline)
    if not isinstance(site, PipelineSite):
        raise UsageError(site.message)
    return Opened(file, script, site)


def to_choose_from(path: Path) -> tuple[str, ...]:
    """Names of the pipelines between which a choice is needed; empty where there is none to make."""
    site = choose(inspect(path)[1], None)
    return () if isinstance(site, PipelineSite) else site.names


def of_text(code: str) -> Opened | None:
    """A script that we wrote ourselves, as if it had been opened; None where its text shows no single pipeline."""
    script = analyse(str(OURS), code)
    site = choose(script, None) if isinstance(script, Script) else None
    if not isinstance(script, Script) or not isinstance(site, PipelineSite):
        return None
    return Opened(TextFile(OURS, code, "utf-8"), script, site)


def situation(opened: Opened, environment: Environment, profile: Profile | None = None) -> Situation:
    """Static knowledge of the script, overruled by what was measured of the live pipeline where there is a profile."""
    known = situation_at(opened.site, environment.device, environment.libraries)
    return known if profile is None else measured(known, profile)
