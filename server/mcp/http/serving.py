"""`diffagent-mcp serve --http`: the same server for several clients at once."""

import socket
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from ipaddress import ip_address
from pathlib import Path

import anyio
import uvicorn
from mcp.server.auth.middleware.auth_context import AuthContextMiddleware, get_access_token
from mcp.server.auth.middleware.bearer_auth import BearerAuthBackend, RequireAuthMiddleware
from mcp.server.auth.routes import build_resource_metadata_url, create_protected_resource_routes
from mcp.server.auth.settings import AuthSettings
from mcp.server.transport_security import TransportSecuritySettings
from pydantic import AnyHttpUrl
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from ....tools.errors import UsageError
from ...settings import Settings
from ..door import Door
from ..serve import Desk, build
from .limits import Buckets, Limited
from .tokens import Issued, Known, from_file

PATH = "/mcp"
BODY = 4 * 1024 * 1024
"""bytes of a request's body"""
GRACE_S = 3
"""for open streams, when the server is told to end"""


@dataclass(frozen=True)
class Listen:
    """Where to listen, to whom, and how often."""

    host: str = "127.0.0.1"
    port: int = 8765
    tokens: Path | None = None
    issuer: str | None = None
    address: str | None = None
    """under which clients know the server, `https://gpu.example.org/mcp`"""
    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    a_minute: int = 600

    @property
    def url(self) -> str:
        """The address that tokens are for."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.address or f"http://{host}:{self.port}{PATH}"


def run(settings: Settings, folders: list[Path] | None, listen: Listen) -> None:
    """Serve until told to end; then jobs are parked. Raises UsageError for what cannot be served safely."""
    app, desk = served(settings, folders, listen)
    bound = _bound(listen)
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=GRACE_S, server_header=False)
    try:
        with suppress(KeyboardInterrupt):  # uvicorn raises it once more when all streams are closed
            anyio.run(lambda: uvicorn.Server(config).serve(sockets=[bound]))
    finally:
        desk.park()


def _bound(listen: Listen) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
        return socket.create_server((listen.host, listen.port), family=family)
    except OSError as e:
        raise UsageError(
            f"cannot listen on {listen.host}, port {listen.port} ({e.strerror}): give another with --host or --port"
        ) from e


def served(settings: Settings, folders: list[Path] | None, listen: Listen) -> tuple[Starlette, Desk]:
    """The application, and the jobs behind it. Raises UsageError for what cannot be served safely."""
    door, desk = build(settings, folders, person)
    return application(door, desk, listen), desk


def application(door: Door, desk: Desk, listen: Listen) -> Starlette:
    """A server as an ASGI application, behind its guards."""
    verifier = _verifier(listen)
    inner = door.streamable_http_app(
        streamable_http_path=PATH, max_request_body_size=BODY, transport_security=_security(listen)
    )
    buckets = Buckets(listen.a_minute)
    public: list[Route | Mount] = [Route("/healthz", partial(health, desk=desk))]
    lifespan = inner.router.lifespan_context
    if verifier is None:
        return Starlette(routes=[*public, Mount("/", Limited(inner, buckets))], lifespan=lifespan)
    page, metadata = _metadata(listen)
    guards = [
        Middleware(AuthenticationMiddleware, backend=BearerAuthBackend(verifier)),
        Middleware(AuthContextMiddleware),
    ]
    guarded = Mount("/", Limited(RequireAuthMiddleware(inner, [], page), buckets))
    return Starlette(routes=[*public, *metadata, guarded], middleware=guards, lifespan=lifespan)


def _metadata(listen: Listen) -> tuple[AnyHttpUrl | None, list[Route]]:
    """Where clients read which issuer to ask (RFC 9728); with tokens from a file there is none to ask."""
    if listen.issuer is None:
        return None, []
    checked = {"validate_token_resource": False}  # the audience is checked with the signature
    urls = {"issuer_url": listen.issuer, "resource_server_url": listen.url}
    auth = AuthSettings.model_validate({**checked, **urls})
    assert auth.resource_server_url is not None
    routes = create_protected_resource_routes(
        resource_url=auth.resource_server_url, authorization_servers=[auth.issuer_url]
    )
    return build_resource_metadata_url(auth.resource_server_url), routes


def person() -> str:
    """Whose request is being served; nobody's where no token is asked for."""
    token = get_access_token()
    return "" if token is None else token.subject or token.client_id


async def health(_: Request, desk: Desk) -> JSONResponse:
    """That it is there, in which version, and how many jobs are at work and wait; nothing of anybody."""
    states = await anyio.to_thread.run_sync(desk.states)
    return JSONResponse({"status": "ok", "version": version("diffagent-mcp"), **states})


def _verifier(listen: Listen) -> Known | Issued | None:
    if listen.tokens is not None and listen.issuer is not None:
        raise UsageError("--tokens and --issuer are two ways to know people: give one of them")
    if listen.tokens is not None:
        return from_file(listen.tokens)
    if listen.issuer is not None:
        return Issued(listen.issuer, listen.url)
    if not _loopback(listen.host):
        raise UsageError(
            f"--host {listen.host} can be reached by others, who could run scripts here: name who may with "
            "--tokens FILE or --issuer URL, or listen on 127.0.0.1"
        )
    return None


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _security(listen: Listen) -> TransportSecuritySettings:
    """Which Host and Origin a request may carry: the own ones, and those named."""
    own = ("127.0.0.1", "localhost", "[::1]") if _loopback(listen.host) else (listen.host,)
    hosts = [f"{name}:{listen.port}" for name in own] + list(listen.hosts)
    if listen.address is not None:
        hosts.append(AnyHttpUrl(listen.address).host or "")
    origins = [f"http://{name}:*" for name in own] if _loopback(listen.host) else []
    return TransportSecuritySettings(allowed_hosts=hosts, allowed_origins=[*origins, *listen.origins])
