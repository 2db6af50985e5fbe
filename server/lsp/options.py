"""What an editor sets: read from whatever it sends, and never a reason to refuse it."""

from collections.abc import Mapping
from typing import Any, Literal

from ...knowledge.types import Record
from ...knowledge.types.request import MAX_DRIFT, MAX_LOSS

_NAMES = {"maxLoss": "max_loss", "maxDrift": "max_drift"}
_SHOWN = ("diagnostics", "codeLens", "inlayHints")


class Options(Record):
    """The section `diffagent` of the editor's settings, and what it said when it started the server."""

    python: str | None = None
    models: Literal["auto", "zoo", "hub"] | None = None
    llm: str | None = None
    speedup: float = 2.0
    max_loss: float = MAX_LOSS
    max_drift: float = MAX_DRIFT
    diagnostics: bool = True
    ignore: tuple[str, ...] = ()
    lenses: bool = True
    hints: bool = True
    restricted: bool = False
    """an untrusted workspace: nothing is started that runs code"""
    accelerate_command: str | None = None
    """the client's own command behind the lens `Accelerate`, so that it can ask for the target first"""

    @property
    def flags(self) -> dict[str, str]:
        """What overrules the settings of the command line."""
        given = {"python": self.python, "models": self.models, "llm": self.llm}
        return {name: value for name, value in given.items() if value}


def plain(value: Any) -> Any:
    """What came over the wire as dictionaries, lists and values."""
    if hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    return [plain(v) for v in value] if isinstance(value, list | tuple) else value


def read(given: Any, before: Options) -> Options:
    """The options with what `given` says, and as before where it says nothing or nothing of use."""
    section = plain(given)
    if not isinstance(section, dict):
        return before
    section = section.get("diffagent", section)
    found = before
    for name, value in _flat(section if isinstance(section, dict) else {}).items():
        try:
            found = Options.model_validate({**found.model_dump(), name: value})
        except ValueError:
            continue
    return found


def _flat(section: dict[str, Any]) -> dict[str, Any]:
    """By the names that the options have here."""
    shown = {name: section[name] for name in _SHOWN if isinstance(section.get(name), dict)}
    found = {_NAMES.get(k, k): v for k, v in section.items() if k not in _SHOWN and v is not None}
    targets = {"diagnostics": "diagnostics", "codeLens": "lenses", "inlayHints": "hints"}
    found |= {targets[k]: v["enable"] for k, v in shown.items() if "enable" in v}
    if isinstance(ignored := shown.get("diagnostics", {}).get("ignore"), list):
        found["ignore"] = tuple(str(code) for code in ignored)
    if "accelerateCommand" in found:
        found["accelerate_command"] = found.pop("accelerateCommand")
    return {k: v for k, v in found.items() if k in Options.model_fields}
