"""The server of `diffagent-mcp lsp`, with its rooms."""

import gc
from importlib.metadata import version
from typing import Any

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from .actions import Actions
from .cells import SYNC
from .commands import Commands
from .desk import Desk
from .diagnostics import Diagnostics
from .lenses import Lenses
from .links import Links
from .options import read
from .pointing import Pointing
from .requests import Requests
from .watching import Watching

_ALLOCATIONS = (100_000, 50, 100)
"""between two garbage collections: syntax trees are many objects, and none of them is garbage while it grows"""


def build(flags: dict[str, Any]) -> LanguageServer:
    """The server; nothing heavy is imported before a document asks for it."""
    gc.set_threshold(*_ALLOCATIONS)
    server = LanguageServer("diffagent", version("diffagent-mcp"), notebook_document_sync=SYNC)
    desk = Desk(server, {name: str(value) for name, value in flags.items() if value is not None})
    diagnostics, watching = Diagnostics(desk), Watching(desk)
    rooms = (diagnostics, Actions(desk), Lenses(desk), Pointing(desk), Links(desk), Requests(desk), watching)
    for room in rooms:
        room.offer()
    Commands(desk).offer()

    @server.feature(lsp.INITIALIZE)
    def started(params: lsp.InitializeParams) -> None:  # pyright: ignore[reportUnusedFunction]
        desk.options = read(params.initialization_options, desk.options)

    @server.feature(lsp.WORKSPACE_DID_CHANGE_CONFIGURATION)
    def configured(params: lsp.DidChangeConfigurationParams) -> None:  # pyright: ignore[reportUnusedFunction]
        desk.options = read(params.settings, desk.options)
        desk.__dict__.pop("jobs", None)
        diagnostics.again()
        desk.refresh()

    @server.feature(lsp.INITIALIZED)
    def ready(params: lsp.InitializedParams) -> None:  # pyright: ignore[reportUnusedFunction]
        watching.start()

    @server.feature(lsp.SHUTDOWN)
    def ended(params: None) -> None:  # pyright: ignore[reportUnusedFunction]
        watching.stop()
        desk.analyst.close()

    return server
