"""The tools that run nothing. Their libraries are imported when they are first called."""

from dataclasses import dataclass
from typing import Annotated

from mcp.types import CallToolResult
from pydantic import Field

from ..settings import Settings
from . import replies
from .arguments import READS, Drift, Latency, Loss, Pipeline, Script, Speedup
from .door import Door, said
from .workspace import Workspace


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

    def plan(
        self,
        request: Annotated[str, Field(description="what is wanted, in words: 'twice as fast, same steps'")],
        script: Annotated[str | None, Field(description="path in the workspace, or text")] = None,
        pipeline: Pipeline = None,
    ) -> Annotated[CallToolResult, replies.Plans]:
        """Read a wish in words and show which acceleration methods would be tried, with a diff. Runs nothing."""
        from ..app import build
        from . import reading

        path = self.place.script(script) if script is not None else None
        found = reading.plans(build(self.settings), request, path, pipeline)
        return said(found, reading.text_of(found))

    def generate(
        self,
        request: Annotated[str, Field(description="the script in words: model, steps, size, methods, prompt")],
    ) -> Annotated[CallToolResult, replies.Written]:
        """Write a diffusers script from words and check its text; it is returned, not saved, and not run."""
        from ..app import build
        from . import reading

        found = reading.written(build(self.settings), request)
        return said(found, reading.text_of(found))

    def estimate(
        self,
        script: Script,
        speedup: Speedup = None,
        latency_s: Latency = None,
        max_loss: Loss = 0.05,
        max_drift: Drift = 0.35,
        pipeline: Pipeline = None,
    ) -> Annotated[CallToolResult, replies.Estimated]:
        """Say at once how probable a speedup is for a script here, and why. An estimate: nothing is measured."""
        from ..app import build
        from . import reading

        path = self.place.script(script)
        wanted = (f"{speedup:g}" if speedup else None, f"{latency_s:g}" if latency_s else None)
        found = reading.estimated(build(self.settings), path, pipeline, *wanted, (max_loss, max_drift))
        return said(found, reading.text_of(found))
