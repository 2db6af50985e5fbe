"""Links in the text: checkpoints lead to their pages on the hub."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from ...knowledge.types import Position
from .desk import Desk
from .spans import span

if TYPE_CHECKING:
    from .reading import Reading

_ID = re.compile(r"[\w.-]+/[\w.-]+")
HUB = "https://huggingface.co/"


@dataclass(frozen=True)
class Links:
    """Document links."""

    desk: Desk

    def offer(self) -> None:
        """Put them on the server."""
        self.desk.serve(lsp.TEXT_DOCUMENT_DOCUMENT_LINK, self._links)

    async def _links(self, params: lsp.DocumentLinkParams) -> list[lsp.DocumentLink]:
        reading = await self.desk.reading(params.text_document.uri)
        codec = self.desk.server.workspace.position_codec
        return [
            lsp.DocumentLink(
                range=span(codec, reading.lines, start, end), target=HUB + name, tooltip=f"{name} on the hub"
            )
            for name, start, end in checkpoints(reading)
        ]


def checkpoints(reading: "Reading") -> Iterator[tuple[str, Position, Position]]:
    """Ids that something is loaded from, where they are written out; not the folders of a machine."""
    if reading.studied is None:
        return
    file = reading.studied.file
    for name in ("from_pretrained", "load_lora_weights", "load_ip_adapter"):
        for call in file.called.get(name, ()):
            first = call.args[0] if call.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str) and _ID.fullmatch(first.value):
                yield first.value, file.source.start(first), file.source.end(first)
