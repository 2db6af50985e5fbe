"""What tools take, each argument with its meaning and bounds; and what tools do to the world."""

from typing import Annotated, Literal

from mcp.types import ToolAnnotations
from pydantic import Field

READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
STARTS = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
"""runs the script isolated and keeps what comes out in our own store; the same call while it runs finds the same job"""
CHANGES = ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=False)
WAIT_S = 45
"""the longest that one call waits: some clients give up after a minute"""
Script = Annotated[str, Field(description="path in the workspace, or the whole text")]
Pipeline = Annotated[str | None, Field(description="its variable, where the script has several")]
Speedup = Annotated[float | None, Field(description="times faster, such as 2", gt=1)]
Latency = Annotated[float | None, Field(description="or: seconds an image", gt=0)]
Loss = Annotated[float | None, Field(description="largest loss of CLIP-Score; usually 0.05", ge=0, le=1)]
Drift = Annotated[float | None, Field(description="largest change of pictures; usually 0.35", gt=0)]
Arguments = Annotated[list[str] | None, Field(description="arguments of the script itself")]
Handler = Annotated[str | None, Field(description="of a service: FUNCTION or POST /route, then a JSON request")]
Action = Literal["status", "wait", "cancel", "resume", "apply"]
