"""Our own requests, for panels of editors: the jobs, one job, one candidate."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pygls.exceptions import JsonRpcInvalidParams

from ...tools.errors import SetupError, UsageError
from .desk import Desk, object_of, path_of

_MOST = 20


@dataclass(frozen=True)
class Requests:
    """`diffagent/*`."""

    desk: Desk

    def offer(self) -> None:
        """Put them on the server."""
        for name, answer in (("jobs", self._jobs), ("job", self._job), ("candidate", self._candidate)):
            self.desk.serve(f"diffagent/{name}", self._threaded(answer))

    def _threaded(self, answer: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[Any], Any]:
        """Answer from a thread; a complaint is an error of the request, with its sentence."""

        async def answered(params: Any) -> dict[str, Any]:
            try:
                return await asyncio.to_thread(answer, object_of(params))
            except (UsageError, SetupError) as e:
                raise JsonRpcInvalidParams(str(e)) from e

        return answered

    def _jobs(self, asked: dict[str, Any]) -> dict[str, Any]:
        from .replies import short

        most, uri = int(asked.get("most") or _MOST), asked.get("uri")
        if not self.desk.has_store:
            return {"jobs": []}
        wanted = str(path_of(uri)) if isinstance(uri, str) else None
        rows = self.desk.jobs.rows(most if wanted is None else 10 * most)
        return {"jobs": [short(v, row) for v, row in rows if wanted in (None, v.ask.path)][:most]}

    def _job(self, asked: dict[str, Any]) -> dict[str, Any]:
        from .replies import whole

        view, row = self.desk.jobs.row(str(asked.get("job", "")))
        return whole(self.desk, view, row)

    def _candidate(self, asked: dict[str, Any]) -> dict[str, Any]:
        from ...tools.script.diff import unified
        from .replies import before_of

        view = self.desk.jobs.look(str(asked.get("job", "")))
        code, before = self.desk.jobs.code(view.id, int(asked.get("number", 0))), before_of(view)
        return {"code": code, "diff": unified(before, code, view.name), "before": before}
