"""What is known before the words are read, and the seam for whoever reads them."""

from typing import Protocol

from ..types import Record, Request


class Context(Record):
    """What the script or a measurement says that the words may lean on."""

    steps: int | None = None
    latency_s: float | None = None


class Reader(Protocol):
    """Reads words into a request. Rules do it offline; a language model, where one is configured, may be another."""

    def read(self, text: str, context: Context) -> Request:
        """The request. Never raises: what cannot be read has the intent `unclear` and a question."""
        ...
