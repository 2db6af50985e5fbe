"""Scripts below a folder, as editors and chats offer them."""

import os
from collections.abc import Iterator
from pathlib import Path

SKIPPED = frozenset({"node_modules", "__pycache__", "site-packages", "build", "dist", "venv", "env"})
"""folders that hold nobody's own scripts; hidden ones are passed over too"""


def scripts_below(folder: Path, suffixes: tuple[str, ...]) -> Iterator[Path]:
    """Files with these suffixes, folder by folder; none of environments and hidden folders."""
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if f not in SKIPPED and not f.startswith("."))
        for name in sorted(n for n in names if n.endswith(suffixes) and not n.startswith(".")):
            yield Path(here, name)
