"""The tools that run nothing. Their libraries are imported when they are first called."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from anyio import to_thread
from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from ..settings import Settings
from . import choices, replies
from .arguments import READS, Drift, Latency, Loss, Pipeline, Script, Speedup
from .door import Door, said
from .rounds import Rounds
from .workspace import Workspace

if TYPE_CHECKING:
    from ..app import App

Talk = Context[Any, Any]


@dataclass(frozen=True)
class ReadingTools:
    """Their names are those of the methods, their words the docstrings."""

    settings: Settings
    place: Workspace

    def offer(self, door: Door) -> None:
        """Put them on the server."""
        door.tool(title="Analyze a script", annotations=READS)(self.analyze)
        door.tool(title="Plan an acceleration", annotations=READS)(self.plan)
        door.tool(title="Generate a script", annotations=READS)(self.generate)
        door.tool(title="Estimate a target", annotations=READS)(self.estimate)

    def analyze(self, script: Script) -> Annotated[CallToolResult, replies.Analysis]:
        """Say which diffusers pipelines, models, schedulers and calls a script has, without running it."""
        from . import reading

        path = self.place.script(script)
        found = reading.analysis(path, path.name)
        return said(found, reading.text_of(found))

    async def plan(
        self,
        request: Annotated[str, Field(description="what is wanted, in words: 'twice as fast, same steps'")],
        ctx: Talk,
        script: Annotated[str | None, Field(description="path in the workspace, or text")] = None,
        pipeline: Pipeline = None,
    ) -> Annotated[CallToolResult, replies.Plans]:
        """Read a wish in words and show which acceleration methods would be tried, with a diff. Runs nothing."""
        from . import reading

        rounds = Rounds(ctx)
        path = await to_thread.run_sync(self.place.script, script) if script is not None else None
        meant = pipeline if path is None else await choices.meant(rounds, path, pipeline)
        found = await to_thread.run_sync(lambda: reading.plans(self._app(rounds), request, path, meant))
        return said(found, reading.text_of(found))

    async def generate(
        self,
        request: Annotated[str, Field(description="the script in words: model, steps, size, methods, prompt")],
        ctx: Talk,
    ) -> Annotated[CallToolResult, replies.Written]:
        """Write a diffusers script from words and check its text; it is returned, not saved, and not run."""
        from . import reading

        rounds = Rounds(ctx)
        found = await to_thread.run_sync(lambda: reading.written(self._app(rounds), request))
        return said(found, reading.text_of(found))

    async def estimate(
        self,
        script: Script,
        ctx: Talk,
        speedup: Speedup = None,
        latency_s: Latency = None,
        max_loss: Loss = None,
        max_drift: Drift = None,
        pipeline: Pipeline = None,
    ) -> Annotated[CallToolResult, replies.Estimated]:
        """Say at once how probable a speedup is for a script here, and why. An estimate: nothing is measured."""
        from ..jobs.asking import target_of
        from . import reading

        target = target_of(speedup, latency_s, max_loss, max_drift)
        rounds = Rounds(ctx)
        path = await to_thread.run_sync(self.place.script, script)
        meant = await choices.meant(rounds, path, pipeline)
        found = await to_thread.run_sync(lambda: reading.estimated(self._app(rounds), path, meant, target))
        return said(found, reading.text_of(found))

    def _app(self, rounds: Rounds) -> "App":
        """The application, its words read by the client's model where the settings say so and the client lends one."""
        from ..app import build
        from ..settings import without_client
        from .sampling import OUTPUT, ClientModel

        if not rounds.samples:
            return build(without_client(self.settings))
        lent = ClientModel(rounds, self.settings.llm_output or OUTPUT)
        return build(self.settings, {"sampling": lambda _: lent})
