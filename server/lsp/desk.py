"""What the rooms of the server share: options, settings, documents, jobs, and what the client can do."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from inspect import iscoroutinefunction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp
from pygls.capabilities import get_capability
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from .analyst import Analyst
from .cells import Sheet, asked_in_cell, sheet_of
from .options import Options

if TYPE_CHECKING:
    from ..app import App
    from ..jobs.control import Jobs
    from ..settings import Settings
    from .reading import Reading

NOWHERE = Path("untitled.py")


@dataclass
class Desk:
    """One client, and the server's side of it."""

    server: LanguageServer
    flags: dict[str, str]
    """of the command line; the editor's own settings come before them"""
    options: Options = field(default_factory=Options)

    @cached_property
    def analyst(self) -> Analyst:
        return Analyst(self._text, self._read)

    def sheet(self, uri: str) -> Sheet | None:
        """The open notebook of this address, or of this cell; None: it is an ordinary document."""
        return sheet_of(self.server.workspace, uri) if self.server.workspace.notebook_documents else None

    def _text(self, uri: str) -> tuple[Path, int | None, str]:
        if (sheet := self.sheet(uri)) is not None:
            return path_of(sheet.uri), None, sheet.text
        document = self.server.workspace.get_text_document(uri)
        return path_of(uri), document.version, document.source

    def _read(self, path: Path, version: int | None, text: str) -> "Reading":
        from .reading import read

        return read(path, version, text, self.options.ignore)

    async def reading(self, uri: str) -> "Reading":
        """The document as it is now; where it cannot be read just now, as it was when it last could."""
        found = await self.analyst.newest(uri)
        return found if found.studied is not None else self.analyst.last_good(uri) or found

    @property
    def settings(self) -> "Settings":
        """Those of the command line, overruled by the editor's. Raises UsageError."""
        from ..settings import load

        return load({**self.flags, **self.options.flags})

    @property
    def app(self) -> "App":
        """The application with the settings of now."""
        from ..app import build

        return build(self.settings)

    @cached_property
    def home(self) -> Path:
        """Where the store is. Not the editor's to say."""
        from ..settings import load

        return load(dict(self.flags)).home.absolute()

    @cached_property
    def jobs(self) -> "Jobs":
        """The jobs of this home; their libraries are imported when they are first asked for."""
        from ..jobs.control import Jobs

        return Jobs(self.settings)

    @property
    def has_store(self) -> bool:
        """Is there a store to ask? Asking makes none."""
        return (self.home / "store.sqlite").exists()

    def can(self, capability: str) -> bool:
        """Does the client say that it can do this? By the dotted name of the capability."""
        return bool(get_capability(self.server.client_capabilities, capability, False))

    @cached_property
    def page(self) -> str:
        """The address of the page of diagnostics: the one in the wheel, or the repository's."""
        packed = Path(__file__).with_name("diagnostics.md")
        beside = Path(__file__).resolve().parents[2] / "docs" / "reference" / "diagnostics.md"
        return (packed if packed.is_file() else beside).as_uri()

    def serve(self, name: str, handler: Callable[[Any], Any], options: Any = None) -> None:
        """Answer a request or notification with a method of a room; the library marks plain functions only."""
        if iscoroutinefunction(handler):

            async def later(params: Any) -> Any:
                document = getattr(params, "text_document", None)
                sheet = self.sheet(document.uri) if document is not None else None
                return await (handler(params) if sheet is None else asked_in_cell(handler, params, sheet))

            self.server.feature(name, options)(later)
        else:

            def now(params: Any) -> Any:
                return handler(params)

            self.server.feature(name, options)(now)

    def tell(self, sentence: str, kind: lsp.MessageType = lsp.MessageType.Info) -> None:
        """Show a sentence to the person."""
        self.server.window_show_message(lsp.ShowMessageParams(type=kind, message=sentence))

    def refresh(self) -> None:
        """Have the client ask again for what is drawn into the text, where it can be told to."""
        if self.can("workspace.code_lens.refresh_support"):
            self.server.workspace_code_lens_refresh(None)
        if self.can("workspace.inlay_hint.refresh_support"):
            self.server.workspace_inlay_hint_refresh(None)


def path_of(uri: str) -> Path:
    """The file of an address; a name of its own for a document that is no file."""
    found = to_fs_path(uri) if uri.startswith("file:") else None
    return Path(found) if found else NOWHERE


def object_of(given: Any) -> dict[str, Any]:
    """The one object that commands and our own requests take."""
    from .options import plain

    found = plain(given)
    while isinstance(found, list) and found:
        found = found[0]
    return found if isinstance(found, dict) else {}
