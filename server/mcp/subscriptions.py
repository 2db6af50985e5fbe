"""Clients that want to hear when a job changes, in both eras; the store is looked at while anybody listens."""

from collections import defaultdict
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import anyio
from anyio import to_thread
from mcp.server.context import ServerRequestContext
from mcp.server.session import ServerSession
from mcp.server.subscriptions import InMemorySubscriptionBus, ResourceUpdated, ServerEvent
from mcp.types import EmptyResult, SubscribeRequestParams, UnsubscribeRequestParams

from .door import Door

if TYPE_CHECKING:
    from ..jobs.control import Jobs

LOOK_S = 1.0
SCHEME = "job://"
_GONE = (anyio.BrokenResourceError, anyio.ClosedResourceError)
Marks = dict[str, tuple[str, int]]
"""job -> its state, and how much was said"""


class Bus(InMemorySubscriptionBus):
    """Carries changes to the clients of 2026-07-28, and knows whether there are any."""

    def __init__(self) -> None:
        super().__init__()
        self.listening = 0

    def subscribe(self, listener: Callable[[ServerEvent], None]) -> Callable[[], None]:
        """Count who listens, besides what every bus does."""
        leave, here = super().subscribe(listener), [1]
        self.listening += 1

        def left() -> None:
            self.listening -= here.pop() if here else 0
            leave()

        return left


class Watch:
    """Who has subscribed, and the look at the store that tells them."""

    def __init__(self, jobs: "Callable[[], Jobs]", bus: Bus) -> None:
        self.jobs = jobs
        self.bus = bus
        self.sessions: defaultdict[str, set[ServerSession]] = defaultdict(set)
        """address -> the clients of 2025-11-25 that subscribed to it"""

    def offer(self, door: Door) -> None:
        """Serve the requests of the older era; those of the newer one are the SDK's."""
        door.serves("resources/subscribe", SubscribeRequestParams, self._subscribe)
        door.serves("resources/unsubscribe", UnsubscribeRequestParams, self._unsubscribe)

    @asynccontextmanager
    async def running(self, _: Any = None) -> AsyncGenerator[None]:
        """Look while the server runs."""
        async with anyio.create_task_group() as group:
            group.start_soon(self._look)
            yield
            group.cancel_scope.cancel()

    async def _look(self) -> None:
        before: Marks | None = None
        while True:
            await anyio.sleep(LOOK_S)
            if not self.bus.listening and not any(self.sessions.values()):
                before = None
                continue
            now: Marks = await to_thread.run_sync(lambda: self.jobs().marks())
            for id in [] if before is None else [i for i, mark in now.items() if before.get(i) != mark]:
                await self._tell(f"{SCHEME}{id}")
            before = now

    async def _tell(self, uri: str) -> None:
        await self.bus.publish(ResourceUpdated(uri=uri))
        for session in list(self.sessions.get(uri, ())):
            try:
                await session.send_resource_updated(uri)
            except _GONE:
                self.sessions[uri].discard(session)

    async def _subscribe(self, ctx: ServerRequestContext[Any, Any], params: SubscribeRequestParams) -> EmptyResult:
        self.sessions[str(params.uri)].add(ctx.session)
        return EmptyResult()

    async def _unsubscribe(self, ctx: ServerRequestContext[Any, Any], params: UnsubscribeRequestParams) -> EmptyResult:
        self.sessions[str(params.uri)].discard(ctx.session)
        return EmptyResult()
