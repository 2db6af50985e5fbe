"""What is installed, for bug reports and for programs that start this one."""

import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Any

_NAME = "diffagent-mcp"
_ASKED = ("mcp", "pygls", "pydantic-ai-slim", "torch", "diffusers", "transformers", "open_clip_torch")
"""libraries beside it that change what it can do; the project's own environment may have others"""


def ours() -> str:
    """The version of this package."""
    return version(_NAME)


def facts() -> dict[str, Any]:
    """Version, schema of the store, Python, platform, and libraries in this environment; null where not installed."""
    from ..tools.store.migrations import MIGRATIONS

    return {
        "name": _NAME,
        "version": ours(),
        "store_schema": len(MIGRATIONS),
        "python": platform.python_version(),
        "executable": sys.executable,
        "platform": platform.platform(),
        "libraries": {name: _found(name) for name in _ASKED},
    }


def _found(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
