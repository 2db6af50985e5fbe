"""The tools that run scripts: each is a job of its own process, waited for a while and then left at work."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any

from anyio import to_thread
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ResourceNotFoundError
from mcp.types import CallToolResult
from pydantic import Field

from ...tools.errors import UsageError
from ..settings import Settings
from . import replies
from .arguments import CHANGES, STARTS, WAIT_S, Action, Arguments, Drift, Latency, Loss, Pipeline, Script, Speedup
from .door import Door
from .workspace import Workspace

if TYPE_CHECKING:
    from ..jobs.ask import Ask
    from ..jobs.control import Jobs, View

Reply = Annotated[CallToolResult, replies.JobReply]
Talk = Context[Any, Any]


@dataclass
class JobTools:
    """Their names are those of the methods, their words the docstrings."""

    settings: Settings
    place: Workspace

    @cached_property
    def jobs(self) -> "Jobs":
        """The jobs of this home; their libraries are imported when the first is asked for."""
        from ..jobs.control import Jobs

        return Jobs(self.settings)

    def offer(self, door: Door) -> None:
        """Put them on the server."""
        door.tool(title="Debug a script", annotations=STARTS)(self.debug)
        door.tool(title="Profile a script", annotations=STARTS)(self.profile)
        door.tool(title="Evaluate code", annotations=STARTS)(self.evaluate)
        door.tool(title="Optimize a script", annotations=STARTS)(self.optimize)
        door.tool(title="Look after a job", annotations=CHANGES)(self.job)
        door.resource("diffagent://job/{id}/{part}", name="job", title="Part of a job")(self.part)

    async def debug(self, script: Script, ctx: Talk, arguments: Arguments = None, pipeline: Pipeline = None) -> Reply:
        """Run a diffusers script isolated for one picture; where it fails, say why and try the known repairs."""
        from .asking import ask

        return await self._waited(
            lambda: ask(self.settings, "debug", self.place.script(script), pipeline, arguments), ctx
        )

    async def profile(self, script: Script, ctx: Talk, arguments: Arguments = None, pipeline: Pipeline = None) -> Reply:
        """Measure a script as it is: seconds an image, where they go, memory, CLIP-Score."""
        from .asking import ask

        return await self._waited(
            lambda: ask(self.settings, "profile", self.place.script(script), pipeline, arguments), ctx
        )

    async def evaluate(
        self,
        script: Script,
        code: Annotated[str, Field(description="the changed script: path, or its whole text")],
        ctx: Talk,
        speedup: Speedup = None,
        max_loss: Loss = 0.05,
        max_drift: Drift = 0.35,
        final: Annotated[bool, Field(description="more prompts and pairs, for a number to report")] = False,
        arguments: Arguments = None,
        pipeline: Pipeline = None,
    ) -> Reply:
        """Measure your code against the script as it is: speedup with interval, quality loss, drift."""
        from .asking import ask, code_of, target_of

        def asked() -> "Ask":
            changed, target = code_of(self.place.script(code)), target_of(speedup, None, max_loss, max_drift)
            path = self.place.script(script)
            return ask(self.settings, "evaluate", path, pipeline, arguments, code=changed, final=final, target=target)

        return await self._waited(asked, ctx)

    async def optimize(
        self,
        script: Script,
        speedup: Speedup = None,
        latency_s: Latency = None,
        max_loss: Loss = 0.05,
        max_drift: Drift = 0.35,
        evaluations: Annotated[int, Field(description="candidates to measure at most", ge=1)] = 28,
        minutes: Annotated[float | None, Field(description="time for the search", gt=0)] = None,
        methods: Annotated[str | None, Field(description="only these: deepcache,tome")] = None,
        without: Annotated[str | None, Field(description="not these")] = None,
        arguments: Arguments = None,
        pipeline: Pipeline = None,
    ) -> Reply:
        """Start a search for the fastest code within the bounds, proven by measurement; returns a job at once."""
        from .asking import ask, bounds, target_of
        from .job_replies import reply

        def started() -> "View":
            target, limits = target_of(speedup, latency_s, max_loss, max_drift), (evaluations, minutes)
            more = {"target": target, **bounds(*limits, methods, without)}
            path = self.place.script(script)
            return self.jobs.look(self.jobs.start(ask(self.settings, "optimize", path, pipeline, arguments, **more)))

        return reply(await to_thread.run_sync(started))

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
            view = await waiting.wait(self.jobs, id, wait_s, ctx)
        else:
            view = await to_thread.run_sync(self._done, id, action, shown)
        if action == "apply" and shown is not None:
            return job_replies.applied(view)
        return job_replies.reply(view, self.jobs.log(id))

    def part(self, id: str, part: str) -> str:
        """A part of a job: code, diff, outcome or events."""
        from .job_replies import PARTS, part_of

        try:
            text = part_of(self.jobs.look(id), part)
        except UsageError as e:
            raise ResourceNotFoundError(str(e)) from e
        if text is None:
            raise ResourceNotFoundError(f"job {id} has no {part}: its parts are {', '.join(PARTS)}, once it is done")
        return text

    def _done(self, id: str, action: Action, shown: str | None) -> "View":
        if action == "cancel":
            return self.jobs.cancel(id)
        if action == "resume":
            return self.jobs.resume(id)
        if action == "apply":
            self.jobs.apply(id, self.place.folders, shown)
        return self.jobs.look(id)

    async def _waited(self, asked: Callable[[], "Ask"], ctx: Talk) -> CallToolResult:
        from . import job_replies, waiting

        id = await to_thread.run_sync(lambda: self.jobs.start(asked()))
        return job_replies.reply(await waiting.wait(self.jobs, id, WAIT_S, ctx), self.jobs.log(id))
