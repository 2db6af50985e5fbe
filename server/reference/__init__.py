"""The reference pages, written from the code: `make docs`, or `python -m diffagent_mcp.server.reference FOLDER`."""

from pathlib import Path

from ...tools import textfile
from .bounds import bounds_page
from .checks import checks_page
from .commands import cli_page
from .diagnostics import diagnostics_page
from .failures import failures_page
from .lsp_page import lsp_page
from .matrix import matrix_page
from .matrix_picture import matrix_picture
from .mcp_page import mcp_page
from .methods import methods_page
from .settings import settings_page
from .silence import silence_page
from .store_page import store_page
from .task_page import task_page

WRITTEN = "<!-- Written by `make docs` from the code. Do not edit. -->\n"


def main(folder: str) -> None:
    """Write every page into `folder`."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    for name, text in render().items():
        textfile.write(target / name, text)


def render() -> dict[str, str]:
    """File name -> text of every reference page."""
    pages = {
        "methods.md": methods_page(),
        "failures.md": failures_page(),
        "checks.md": checks_page(),
        "cli.md": cli_page(),
        "settings.md": settings_page(),
        "stage2-bounds.md": bounds_page(),
        "matrix.md": matrix_page(),
        "silent-failures.md": silence_page(),
        "diagnostics.md": diagnostics_page(),
        "mcp.md": mcp_page(),
        "lsp.md": lsp_page(),
        "store.md": store_page(),
        "task-format.md": task_page(),
    }
    written = {name: WRITTEN + "\n" + text.rstrip("\n") + "\n" for name, text in pages.items()}
    return {**written, "matrix.svg": WRITTEN + matrix_picture() + "\n"}
