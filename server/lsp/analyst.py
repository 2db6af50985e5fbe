"""One analysis at a time, off the loop's thread; of what changes meanwhile only the newest version is read."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .reading import Reading


Text = Callable[[str], tuple[Path, int | None, str]]
"""path, version and text of a document as it is now, by its address"""
Read = Callable[[Path, int | None, str], "Reading"]


@dataclass
class Analyst:
    """Readings of documents, by their address."""

    text: Text
    read: Read
    done: int = 0
    """analyses so far"""
    _kept: "dict[str, Reading]" = field(default_factory=dict)
    _good: "dict[str, Reading]" = field(default_factory=dict)
    _running: dict[str, "asyncio.Task[None]"] = field(default_factory=dict[str, "asyncio.Task[None]"])
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="analyst"))

    async def newest(self, uri: str) -> "Reading":
        """The document as it is now; every caller of one version shares one analysis."""
        while True:
            path, version, text = self.text(uri)
            kept = self._kept.get(uri)
            if kept is not None and kept.version == version and (version is not None or kept.text == text):
                return kept
            if (running := self._running.get(uri)) is None:
                running = asyncio.get_running_loop().create_task(self._analyse(uri, path, version, text))
                self._running[uri] = running
            await asyncio.shield(running)

    async def _analyse(self, uri: str, path: Path, version: int | None, text: str) -> None:
        """Read one version. It is kept in the same step in which it is done, so that nobody waits for what has been."""
        try:
            reading = await asyncio.get_running_loop().run_in_executor(self._pool, self.read, path, version, text)
        finally:
            self._running.pop(uri, None)
        self.done += 1
        self._kept[uri] = reading
        if reading.studied is not None or "diffusers" not in reading.text:
            self._good[uri] = reading

    def last_good(self, uri: str) -> "Reading | None":
        """The last version that could be read: what is shown while a line is half typed."""
        return self._good.get(uri)

    def forget(self, uri: str | None = None) -> None:
        """Read a document anew, or all of them, where options have changed."""
        for kept in (self._kept, self._good):
            kept.clear() if uri is None else kept.pop(uri, None)

    def close(self) -> None:
        """Wait for nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)
