"""What pictures are asked for: prompts, or the captions of the classes that a pipeline draws."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ..bench.zoo.classes import class_captions
from ..tools import models
from ..tools.errors import UsageError
from ..tools.measure.protocols import captions_of

CAPTIONS = Path(__file__).parent.parent / "knowledge" / "data" / "captions.txt"
"""sentences in the style of COCO's captions, for the hub's models"""
QUICK_CAPTIONS = 16
"""how many of them the search may see"""


def captions_of_classes(model_id: str, zoo: bool, home: Path) -> Mapping[int, str]:
    """The caption of each class of a checkpoint: the zoo's own, or "a photo of a ..." from the labels it comes with."""
    if zoo:
        return class_captions()
    folder = models.snapshot(home, model_id)
    try:
        index = json.loads(((folder or Path()) / "model_index.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as e:
        raise UsageError(f"{model_id} is not at hand, and its classes are not known") from e
    found = captions_of(index.get("id2label", {}))
    if not found:
        raise UsageError(f"{model_id} does not say what its classes are (no id2label in its model_index.json)")
    return found


def prompt_lines(path: Path) -> list[str]:
    """One prompt a line. Raises UsageError with one sentence."""
    return prompts_in(path, str.splitlines)


def prompts_in(path: Path, read: Callable[[str], Sequence[str]]) -> list[str]:
    """The prompts that `read` finds in a file's text, less empty ones and comments."""
    try:
        lines = [line.strip() for line in read(path.read_text(encoding="utf-8"))]
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError) as e:
        raise UsageError(f"cannot read the prompts in {path}: {getattr(e, 'strerror', None) or e}") from e
    found = [line for line in lines if line and not line.startswith("#")]
    if not found:
        raise UsageError(f"{path} has no prompts; write one on each line")
    return found


def search_prompts(zoo: Path | None) -> tuple[list[str], list[str]]:
    """The built-in prompts of `quick` and `final`: those of the zoo's folder, else captions of everyday scenes."""
    if zoo is not None:
        return prompt_lines(zoo / "quick.txt"), prompt_lines(zoo / "final.txt")
    captions = prompt_lines(CAPTIONS)
    return captions[:QUICK_CAPTIONS], captions[QUICK_CAPTIONS:]
