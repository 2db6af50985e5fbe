"""What a person picks from the client's menu: each starts a conversation that uses the tools."""

from typing import Annotated

from mcp.server.mcpserver.prompts.base import Prompt
from pydantic import Field

from .door import Door

Script = Annotated[str, Field(description="path of the script in the workspace")]


def offer(door: Door) -> None:
    """Put the prompts on the server."""
    for title, ask in (
        ("Accelerate this pipeline", accelerate),
        ("Why is it slow?", why_slow),
        ("Make it fit in memory", fit_in_memory),
    ):
        door.add_prompt(Prompt.from_function(ask, title=title))


def accelerate(script: Script, speedup: Annotated[str, Field(description="times faster, such as 2")] = "2") -> str:
    """Make a diffusers script faster at bounded quality loss, proven by measurement."""
    return f"""\
Make the diffusers pipeline in {script} {speedup}x faster with DiffAgent, and keep the pictures good.
1. Call `analyze` and say in one sentence what it is. Where `beware` names a hazard, say so.
2. Call `estimate` for {speedup}x. Say that it is an estimate. Where it is unlikely, ask me before going on.
3. Call `optimize`, then `job` with action wait until it has ended; tell me now and then how it stands.
4. Show me speedup with its interval, quality loss and drift together, on which models and device they were measured,
   and the diff. Numbers on zoo models say nothing about the real ones: say that where it applies.
5. Apply only when I have agreed to the diff. Where the target was not met, say what is in the way and what I can
   choose."""


def why_slow(script: Script) -> str:
    """Measure where the time of a diffusers script goes, and say what can be done."""
    return f"""\
Why is the diffusers pipeline in {script} slow? Use DiffAgent: call `analyze`, then `profile`. Say where the seconds
go (denoiser, text encoder, VAE, the rest, loading), on which models and device that was measured, and which of the
settings in the script cost most. Then call `plan` with 'as fast as possible, pictures stay good' and name the two or
three methods that fit, with what they are expected to gain and cost. Change nothing."""


def fit_in_memory(
    script: Script, memory: Annotated[str, Field(description="what there is, such as 8 GB")] = "8 GB"
) -> str:
    """Make a diffusers script fit into the memory of a device."""
    return f"""\
Make the diffusers pipeline in {script} fit into {memory}. Use DiffAgent: call `analyze`, then `plan` with 'fit into
{memory}'. Read knowledge://methods for the methods that save memory, and say for each that fits what it costs in speed
and quality. Write the change, run it with `debug`, and compare it with `evaluate`: peak memory, speed, loss, drift.
Show me the diff, with the models and the device that the numbers are of. Do not write to the file before I agree."""
