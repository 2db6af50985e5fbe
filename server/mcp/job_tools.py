"""The tools that run scripts: each is a job of its own process, waited for a while and then left at work."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from anyio import to_thread
from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from ...knowledge.types.request import MAX_DRIFT, MAX_LOSS
from ..settings import Settings
from . import choices, page, replies, spans
from .arguments import (
    CHANGES,
    STARTS,
    WAIT_S,
    Action,
    Arguments,
    Drift,
    Handler,
    Latency,
    Loss,
    Pipeline,
    Script,
    Speedup,
)
from .door import Door
from .rounds import Rounds
from .workspace import Workspace

if TYPE_CHECKING:
    from ..jobs.ask import Ask, Kind
    from ..jobs.control import Jobs, View

Reply = Annotated[CallToolResult, replies.JobReply]
Talk = Context[Any, Any]


@dataclass
class JobTools:
    """Their names are those of the methods, their words the docstrings."""

    settings: Settings
    place: Workspace
    desk: "Callable[[], Jobs]"

    @property
    def jobs(self) -> "Jobs":
        """The jobs of this home."""
        return self.desk()

    def offer(self, door: Door) -> None:
        """Put them on the server."""
        door.tool(title="Debug a script", annotations=STARTS)(self.debug)
        door.tool(title="Profile a script", annotations=STARTS)(self.profile)
        door.tool(title="Evaluate code", annotations=STARTS)(self.evaluate)
        door.tool(title="Optimize a script", annotations=STARTS, meta=page.SHOWN)(self.optimize)
        door.tool(title="Look after a job", annotations=CHANGES, meta=page.SHOWN)(self.job)

    async def debug(
        self, script: Script, ctx: Talk, arguments: Arguments = None, call: Handler = None, pipeline: Pipeline = None
    ) -> Reply:
        """Run a diffusers script isolated for one picture; where it fails, say why and try the known repairs."""
        return await self._waited(await self._asked("debug", ctx, script, pipeline, arguments, call), ctx)

    async def profile(
        self, script: Script, ctx: Talk, arguments: Arguments = None, call: Handler = None, pipeline: Pipeline = None
    ) -> Reply:
        """Measure a script as it is: seconds an image, where they go, memory, CLIP-Score."""
        return await self._waited(await self._asked("profile", ctx, script, pipeline, arguments, call), ctx)

    async def evaluate(
        self,
        script: Script,
        code: Annotated[str, Field(description="the changed script: path, or its whole text")],
        ctx: Talk,
        speedup: Speedup = None,
        max_loss: Loss = None,
        max_drift: Drift = None,
        final: Annotated[bool, Field(description="more prompts and pairs, for a number to report")] = False,
        arguments: Arguments = None,
        call: Handler = None,
        pipeline: Pipeline = None,
    ) -> Reply:
        """Measure your code against the script as it is: speedup with interval, quality loss, drift."""
        from ..jobs.asking import code_of, target_of

        more = {
            "code": await to_thread.run_sync(lambda: code_of(self.place.script(code))),
            "final": final,
            "target": target_of(speedup, None, max_loss, max_drift),
        }
        return await self._waited(await self._asked("evaluate", ctx, script, pipeline, arguments, call, **more), ctx)

    async def optimize(
        self,
        script: Script,
        ctx: Talk,
        speedup: Speedup = None,
        latency_s: Latency = None,
        max_loss: Loss = None,
        max_drift: Drift = None,
        evaluations: Annotated[int, Field(description="candidates to measure at most", ge=1)] = 28,
        minutes: Annotated[float | None, Field(description="time for the search", gt=0)] = None,
        methods: Annotated[str | None, Field(description="only these: deepcache,tome")] = None,
        without: Annotated[str | None, Field(description="not these")] = None,
        arguments: Arguments = None,
        call: Handler = None,
        pipeline: Pipeline = None,
    ) -> Reply:
        """Start a search for the fastest code within the bounds, proven by measurement; returns a job at once."""
        from ..jobs.asking import bounds, target_of
        from .job_replies import reply

        target = target_of(speedup, latency_s, max_loss, max_drift)
        ask = await self._asked("optimize", ctx, script, pipeline, arguments, call, target=target)
        lossy = max_loss is not None or max_drift is not None or await self._may_change(ctx, ask)
        limits = bounds(evaluations, minutes, methods, without, lossy)
        return reply(await to_thread.run_sync(self._started, ask.model_copy(update=limits)))

    async def job(
        self,
        ctx: Talk,
        job: Annotated[str | None, Field(description="its id; without it, the latest")] = None,
        action: Action = "status",
        wait_s: Annotated[float, Field(description="for wait", ge=0, le=WAIT_S)] = WAIT_S,
        shown: Annotated[str | None, Field(description="for apply: the mark of the diff that was shown")] = None,
    ) -> Reply:
        """Look at a job, wait for it, cancel it, resume it, or apply its code to the script after showing the diff."""
        from . import job_replies, waiting

        id = job or await to_thread.run_sync(self.jobs.latest)
        if action == "wait":
            return job_replies.reply(await waiting.wait(self.jobs, id, wait_s, ctx), self.jobs.log(id))
        if action == "apply":
            return await self._applied(ctx, id, shown)
        act = {"cancel": self.jobs.cancel, "resume": self.jobs.resume}.get(action, self.jobs.look)
        return job_replies.reply(await to_thread.run_sync(act, id), self.jobs.log(id))

    async def _applied(self, talk: Talk, id: str, shown: str | None) -> CallToolResult:
        """Written once the diff was shown: by the client, which names its mark, or in a form to the person."""
        from ..jobs.control import mark
        from . import job_replies

        view = await to_thread.run_sync(self.jobs.appliable, id, self.place.folders)
        if shown is None and await choices.may_apply(Rounds(talk), view.name, view.diff):
            shown = mark(view.found) if view.found is not None else None
        if shown is None:
            return job_replies.reply(view)
        await to_thread.run_sync(self.jobs.apply, id, self.place.folders, shown)
        return job_replies.applied(view)

    async def _asked(
        self,
        kind: "Kind",
        talk: Talk,
        script: str,
        pipeline: str | None,
        arguments: list[str] | None,
        call: str | None,
        **more: Any,
    ) -> "Ask":
        """What a job is asked; of several pipelines the person picks one, where the client can ask."""
        from ..jobs.asking import ask, start_of

        path = await to_thread.run_sync(self.place.script, script)
        start = start_of(arguments, call)
        meant = await choices.meant(Rounds(talk), path, pipeline)
        return await to_thread.run_sync(lambda: ask(self.settings, kind, path, meant, start, **more))

    async def _may_change(self, talk: Talk, ask: "Ask") -> bool:
        from ...tools.report.summary import target_sentence

        bounds = f"CLIP-Score falls by at most {MAX_LOSS:.0%}, drift at most {MAX_DRIFT:g}"
        return await choices.may_change_pictures(Rounds(talk), target_sentence(ask.target), bounds)

    def _started(self, ask: "Ask") -> "View":
        id = self.jobs.start(ask)
        spans.about(id, ask.kind)
        return self.jobs.look(id)

    async def _waited(self, ask: "Ask", talk: Talk) -> CallToolResult:
        from . import job_replies, waiting

        id = await to_thread.run_sync(self.jobs.start, ask)
        spans.about(id, ask.kind)
        return job_replies.reply(await waiting.wait(self.jobs, id, WAIT_S, talk), self.jobs.log(id))
