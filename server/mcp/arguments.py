"""What tools take, each argument with its meaning and bounds; and what tools do to the world."""

from typing import Annotated

from mcp.types import ToolAnnotations
from pydantic import Field

READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
Script = Annotated[str, Field(description="path of a Python file in the workspace, or its whole text")]
Pipeline = Annotated[str | None, Field(description="which pipeline, where the script has several: its variable")]
Speedup = Annotated[float | None, Field(description="times faster, such as 2", gt=1)]
Latency = Annotated[float | None, Field(description="or: seconds an image", gt=0)]
Loss = Annotated[float, Field(description="largest relative loss of CLIP-Score", ge=0, le=1)]
Drift = Annotated[float, Field(description="largest distance to the old pictures; 1 is another seed", gt=0)]
