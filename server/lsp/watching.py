"""The store, watched: what a chat or a shell has measured shows in the editor when it is there."""

import asyncio
from dataclasses import dataclass, field

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from .desk import Desk

AT_MOST_S = 1.0
"""between two notifications"""
WAIT_S = 2.0
"""between two looks for a home that is not there yet"""
CHANGED = "diffagent/jobsChanged"
_FILES = ("store.sqlite", "store.sqlite-wal")
Marks = dict[str, tuple[str, int]]


class _Touched(FileSystemEventHandler):
    def __init__(self, watching: "Watching", loop: asyncio.AbstractEventLoop) -> None:
        self._watching, self._loop = watching, loop

    def on_any_event(self, event: FileSystemEvent) -> None:
        written = event.event_type in ("modified", "created") and str(event.src_path).endswith(_FILES)
        if written and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._watching.touched)


@dataclass
class Watching:
    """Looks at the jobs when the store's files change, and tells the client."""

    desk: Desk
    _observer: BaseObserver | None = None
    _soon: asyncio.TimerHandle | None = None
    _marks: Marks = field(default_factory=dict[str, tuple[str, int]])
    _task: "asyncio.Task[None] | None" = None

    def offer(self) -> None:
        """Nothing is asked of it; it speaks by itself."""

    def start(self) -> None:
        """Watch the home, when there is one."""
        self._task = asyncio.get_running_loop().create_task(self._begin())

    def stop(self) -> None:
        """Watch no more."""
        if self._task is not None:
            self._task.cancel()
        if self._observer is not None:
            self._observer.stop()

    async def _begin(self) -> None:
        while not self.desk.home.is_dir():
            await asyncio.sleep(WAIT_S)
        observer = Observer()
        observer.daemon = True
        observer.schedule(_Touched(self, asyncio.get_running_loop()), str(self.desk.home))
        observer.start()
        self._observer = observer
        self.touched()  # what was written before anybody watched

    def touched(self) -> None:
        """The store was written to: look soon, and not twice for many writes."""
        if self._soon is None:
            self._soon = asyncio.get_running_loop().call_later(AT_MOST_S, self._later)

    def _later(self) -> None:
        self._soon = None
        self._task = asyncio.get_running_loop().create_task(self._tell())

    async def _tell(self) -> None:
        from ...tools.store.jobs import UNENDED

        before, now = self._marks, await asyncio.to_thread(self._look)
        self._marks = now
        if now != before:
            self.desk.server.protocol.notify(CHANGED, {})
        ended = [id for id, (state, _) in now.items() if state not in UNENDED and before.get(id, ("", 0))[0] != state]
        if ended or not now:
            self.desk.refresh()

    def _look(self) -> Marks:
        from ...tools.store.jobs import marks_in

        return dict(marks_in(self.desk.home / "store.sqlite"))
