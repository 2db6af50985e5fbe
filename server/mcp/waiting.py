"""Wait for a job while telling the client how it gets on."""

import time
from typing import Any

import anyio
from anyio import to_thread
from mcp.server.mcpserver import Context

from ..jobs.control import Jobs, View

LOOK_S, TELL_S = 0.5, 4.0
"""seconds between two looks; and the longest silence, since clients cut calls that say nothing"""


async def wait(jobs: Jobs, id: str, seconds: float, context: Context[Any, Any]) -> View:
    """The job when it has ended, or when the time is over. A client that gives up leaves the job at work."""
    started, told, at = time.monotonic(), -1, 0.0
    while True:
        view = await to_thread.run_sync(jobs.look, id)
        now = time.monotonic() - started
        if view.count != told or now - at >= TELL_S:
            told, at = view.count, now
            await context.report_progress(now, None, view.said[-1] if view.said else f"{view.ask.kind}: {view.state}")
        if view.ended or now >= seconds:
            return view
        await anyio.sleep(min(LOOK_S, max(0.01, seconds - now)))
