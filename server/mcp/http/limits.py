"""How often a person may ask: a bucket that fills with time; whoever finds it empty is told when to come back."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

MOST = 10_000
"""people whose buckets are kept; full ones go first"""


@dataclass
class Buckets:
    """Requests that each person has left, refilled at `a_minute` up to a minute's worth."""

    a_minute: int
    clock: Callable[[], float] = time.monotonic
    _left: dict[str, tuple[float, float]] = field(default_factory=dict[str, tuple[float, float]])

    def take(self, who: str) -> float:
        """Take one request. 0: it may be served; else the seconds until it may."""
        now = self.clock()
        left, at = self._left.get(who, (float(self.a_minute), now))
        left = min(float(self.a_minute), left + (now - at) * self.a_minute / 60)
        if left < 1:
            self._left[who] = (left, now)
            return (1 - left) * 60 / self.a_minute
        self._left.pop(who, None)  # so that whoever came last stands last
        self._left[who] = (left - 1, now)
        if len(self._left) > MOST:
            self._left.pop(next(iter(self._left)))
        return 0.0


@dataclass(frozen=True)
class Limited:
    """Serves requests as long as the person's bucket holds any; else 429 with Retry-After."""

    app: ASGIApp
    buckets: Buckets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "http" and (wait := self.buckets.take(who(scope))) > 0:
            seconds = math.ceil(wait)
            said = {"error": f"too many requests: at most {self.buckets.a_minute} a minute; come back in {seconds} s"}
            await JSONResponse(said, status_code=429, headers={"Retry-After": str(seconds)})(scope, receive, send)
            return
        await self.app(scope, receive, send)


def who(scope: Scope) -> str:
    """The person behind a request; the address, where nobody has to say who they are."""
    user = scope.get("user")
    if isinstance(user, AuthenticatedUser):
        return f"user {user.access_token.subject or user.access_token.client_id}"
    return f"address {(scope.get('client') or ('unknown',))[0]}"
