"""The words of the requests: whole sentences in `pictures.py`, `methods.py`, `targets.py`, parts of them in `words.py`.

A sentence's id is its file's letter and its number. Every third one is held out: nobody looked at it while the parser
of requests was written (docs/diffbench.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Template:
    """One way to ask, with slots such as {pipeline}, {steps}, {subject} (filled in `generate.py`)."""

    id: str
    text: str
    held_out: bool

    def has(self, slot: str) -> bool:
        return f"{{{slot}}}" in self.text


def numbered(letter: str, texts: Sequence[str]) -> tuple[Template, ...]:
    """Templates with their ids, every third of them held out."""
    return tuple(Template(f"{letter}{n:02}", text, held_out=n % 3 == 0) for n, text in enumerate(texts, 1))
