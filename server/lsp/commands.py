"""The commands that lenses, actions and editors call. Each takes one object, and answers with one."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp

from ...tools.errors import SetupError, UsageError
from .desk import Desk, object_of, path_of
from .editing import of_texts
from .following import Following

_RUNS = "this workspace is not trusted, so nothing in it is run: trust it first"
Asked = dict[str, Any]


@dataclass
class Commands:
    """`diffagent.*`. What cannot be done is answered, and shown, as a sentence."""

    desk: Desk

    def offer(self) -> None:
        """Put them on the server."""
        self.following = Following(self.desk)
        commands: dict[str, Callable[[Asked], Awaitable[Asked]]] = {
            "profile": self._profile,
            "optimize": self._optimize,
            "estimate": self._estimate,
            "apply": self._apply,
            "revert": self._revert,
            "showReport": self._show_report,
            "cancel": self._cancel,
        }
        for name, command in commands.items():
            self.desk.server.command(f"diffagent.{name}")(self._guarded(command))

    def _guarded(self, command: Callable[[Asked], Awaitable[Asked]]) -> Callable[[Any], Awaitable[Asked]]:
        """The command, its complaints as sentences."""

        async def called(asked: Any) -> Asked:
            try:
                return await command(object_of(asked))
            except (UsageError, SetupError) as e:
                self.desk.tell(str(e), lsp.MessageType.Warning)
                return {"sentence": str(e)}

        return called

    async def _profile(self, asked: Asked) -> Asked:
        return await self._started("profile", asked, f"Profile {self._name(asked)}", {})

    async def _optimize(self, asked: Asked) -> Asked:
        from ...knowledge.types import Budget
        from ..jobs.asking import target_of

        options = self.desk.options
        speedup = float(asked.get("speedup") or options.speedup)
        loss, drift = asked.get("max_loss", options.max_loss), asked.get("max_drift", options.max_drift)
        more: dict[str, Any] = {"target": target_of(speedup, None, loss, drift)}
        if (evaluations := asked.get("evaluations")) is not None:
            more["budget"] = Budget(evaluations=int(evaluations))
        return await self._started("optimize", asked, f"Accelerate {self._name(asked)} {speedup:g}x", more)

    def _name(self, asked: Asked) -> str:
        return asked.get("pipeline") or path_of(str(asked.get("uri", ""))).name

    async def _started(self, kind: Any, asked: Asked, title: str, more: dict[str, Any]) -> Asked:
        """Ask for a job about the file as it is saved, and follow it."""
        from ...tools.measure.start import Start
        from ..jobs.asking import ask

        if self.desk.options.restricted:
            raise UsageError(_RUNS)
        path = self._file(asked)
        one = await asyncio.to_thread(
            lambda: ask(self.desk.settings, kind, path, asked.get("pipeline"), Start(), **more)
        )
        await self._tell_unsaved(asked, path)
        job = await asyncio.to_thread(self.desk.jobs.start, one)
        self.following.follow(job, title)
        return {"job": job}

    def _file(self, asked: Asked) -> Path:
        path = path_of(str(asked.get("uri", "")))
        if not path.is_file():
            raise UsageError(f"{path.name} is not saved: save it first, since it is run as it lies on disk")
        return path

    async def _tell_unsaved(self, asked: Asked, path: Path) -> None:
        uri = str(asked["uri"])
        if uri in self.desk.server.workspace.text_documents:
            text = self.desk.server.workspace.get_text_document(uri).source
            if text.encode("utf-8", "replace") != await asyncio.to_thread(path.read_bytes):
                self.desk.tell(f"{path.name} has changes that are not saved: it is measured as it was saved last")

    async def _estimate(self, asked: Asked) -> Asked:
        from ...tools.report.text import begun
        from .estimating import estimated

        options = self.desk.options
        reading = await self.desk.reading(str(asked.get("uri", "")))
        speedup = float(asked.get("speedup") or options.speedup)
        bounds = (float(asked.get("max_loss", options.max_loss)), float(asked.get("max_drift", options.max_drift)))
        found = await asyncio.to_thread(estimated, self.desk, reading, asked.get("pipeline"), speedup, bounds)
        text = f"{begun(found.answer)}. {begun(found.because)}."
        self.desk.tell(f"{text} An estimate; nothing was measured.")
        return {"answer": found.answer, "because": found.because, "text": text}

    async def _apply(self, asked: Asked) -> Asked:
        from .replies import code_of, of_text

        view = await asyncio.to_thread(self.desk.jobs.look, str(asked.get("job", "")))
        code = await asyncio.to_thread(code_of, self.desk, view, asked.get("number"))
        uri = Path(view.ask.path).as_uri()
        reading = await self.desk.reading(uri)
        if not of_text(view, reading.text):
            raise UsageError(f"{view.name} has changed since job {view.id} read it: start a new job for the new text")
        return await self._edit(uri, code, f"DiffAgent: {view.name} as job {view.id} found it")

    async def _revert(self, asked: Asked) -> Asked:
        from ...tools.script.reverting import reverted

        uri, path = str(asked.get("uri", "")), self._file(asked)
        if self.desk.sheet(uri) is not None:
            raise UsageError(
                f"close {path.name} and run `diffagent-mcp revert {path.name}`: a notebook is reverted on disk"
            )
        text = self.desk.server.workspace.get_text_document(uri).source
        before = await asyncio.to_thread(reverted, path, text)
        return await self._edit(uri, before, f"DiffAgent: {path.name} before it was accelerated")

    async def _edit(self, uri: str, after: str, label: str) -> Asked:
        """Have the client change the document; it may ask the person first."""
        reading = await self.desk.reading(uri)
        if reading.text == after:
            return {"applied": False, "sentence": "nothing is to be changed: the text is like that already"}
        edit = of_texts(self.desk, uri, reading, after, label)
        answer = await self.desk.server.workspace_apply_edit_async(lsp.ApplyWorkspaceEditParams(edit, label))
        if answer.applied:
            return {"applied": True, "sentence": f"{path_of(uri).name} is changed; save it to keep that"}
        return {"applied": False, "sentence": answer.failure_reason or "the change was declined"}

    async def _show_report(self, asked: Asked) -> Asked:
        view = await asyncio.to_thread(self.desk.jobs.look, str(asked.get("job", "")))
        report = Path(view.found.report) if view.found is not None and view.found.report else None
        if report is None or not report.is_file():
            raise UsageError(f"job {view.id} has no report: only a search that has ended has one")
        if self.desk.can("window.show_document.support"):
            await self.desk.server.window_show_document_async(
                lsp.ShowDocumentParams(uri=report.as_uri(), external=True)
            )
        else:
            self.desk.tell(f"The report is {report}")
        return {"path": str(report)}

    async def _cancel(self, asked: Asked) -> Asked:
        view = await asyncio.to_thread(self.desk.jobs.cancel, str(asked.get("job", "")))
        return {"state": view.state}
