"""A job in the editor's progress bar: what it says, and the way to cancel it."""

import asyncio
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from .desk import Desk

if TYPE_CHECKING:
    from ..jobs.control import View

LOOK_S = 0.5


@dataclass
class Following:
    """Jobs that this client has started, each followed to its end."""

    desk: Desk
    _tasks: dict[str, "asyncio.Task[None]"] = field(default_factory=dict[str, "asyncio.Task[None]"])

    def follow(self, job: str, title: str) -> None:
        """Show how a job gets on, once."""
        if job not in self._tasks:
            task = asyncio.get_running_loop().create_task(self._follow(job, title))
            self._tasks[job] = task
            task.add_done_callback(lambda _: self._tasks.pop(job, None))

    async def _follow(self, job: str, title: str) -> None:
        token = await self._bar(title)
        progress, told = self.desk.server.work_done_progress, -1
        while True:
            view = await asyncio.to_thread(self.desk.jobs.look, job)
            if token is not None and progress.tokens[token].cancelled():
                view = await asyncio.to_thread(self.desk.jobs.cancel, job)
            elif token is not None and view.count != told and view.said:
                told = view.count
                progress.report(token, lsp.WorkDoneProgressReport(message=view.said[-1], cancellable=True))
            if view.ended:
                break
            await asyncio.sleep(LOOK_S)
        if token is not None:
            progress.end(token, lsp.WorkDoneProgressEnd(message=sentence_of(view)))
        failed = view.state in ("failed", "parked") or (view.found is not None and not view.found.good)
        self.desk.tell(sentence_of(view), lsp.MessageType.Warning if failed else lsp.MessageType.Info)
        self.desk.refresh()

    async def _bar(self, title: str) -> str | None:
        """The token of a progress bar; None where the client has none."""
        if not self.desk.can("window.work_done_progress"):
            return None
        token = f"diffagent-{uuid.uuid4().hex[:8]}"
        await self.desk.server.work_done_progress.create_async(token)
        self.desk.server.work_done_progress.begin(token, lsp.WorkDoneProgressBegin(title=title, cancellable=True))
        return token


def sentence_of(view: "View") -> str:
    """How a job stands, in one sentence."""
    if view.found is not None:
        return view.found.sentence
    return view.said[-1] if view.said else f"{view.ask.kind} of {view.name}: {view.state}"
