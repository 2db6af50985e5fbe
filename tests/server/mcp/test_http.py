"""The server over HTTP, as processes and real clients: who may come in, how often, and how it ends."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from http_server import SPEAKS, server
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from talking import SOURCE, Era, at_home, text

from diffagent_mcp.server.jobs.control import Jobs
from diffagent_mcp.server.mcp.http.limits import MOST, Buckets
from diffagent_mcp.server.mcp.http.serving import Listen, served
from diffagent_mcp.server.mcp.http.tokens import from_file
from diffagent_mcp.tools.errors import UsageError

ANN, BOB = "token-of-ann-0123456789", "token-of-bob-0123456789"
SLOW = f"import time\n\ntime.sleep(120)\n{SOURCE}"
HELLO = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


def post(url: str, body: object = HELLO, **headers: str) -> httpx2.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx2.post(f"{url}/mcp", content=content, headers={**SPEAKS, **headers})


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A server that knows two people."""
    folder = tmp_path_factory.mktemp("http")
    (folder / "slow.py").write_text(SLOW)
    (folder / "tokens").write_text(f"# who\nann:{ANN}\n\nbob:{BOB}\n")
    (folder / "tokens").chmod(0o600)
    with server(folder, "--tokens", str(folder / "tokens"), "--allow-origin", "https://good.example") as (url, _):
        yield url, folder


def test_who_may_come_in(shared: tuple[str, Path]) -> None:
    url, _ = shared
    refused = post(url)
    assert refused.status_code == 401 and refused.headers["www-authenticate"].startswith("Bearer error=")
    assert post(url, **bearer("token-of-nobody-012345")).status_code == 401
    assert post(url, **bearer(ANN)).status_code not in (401, 403)
    assert post(url, **bearer(ANN), Host="evil.example").status_code == 421
    assert post(url, **bearer(ANN), Origin="https://evil.example").status_code == 403
    assert post(url, **bearer(ANN), Origin="https://good.example").status_code not in (401, 403)
    assert post(url, b"{" + b" " * 5_000_000 + b"}", **bearer(ANN)).status_code == 413


def test_health_needs_no_token_and_tells_nothing_of_anybody(shared: tuple[str, Path]) -> None:
    said = httpx2.get(f"{shared[0]}/healthz").json()
    assert set(said) == {"status", "version", "running", "waiting"}


@pytest.mark.parametrize("era", ["auto", "legacy"])
def test_people_see_their_own_jobs_alone(shared: tuple[str, Path], era: Era) -> None:
    url, folder = shared

    async def talked() -> None:
        ann, bob = (httpx2.AsyncClient(headers=bearer(token), timeout=60) for token in (ANN, BOB))
        async with (
            ann,
            bob,
            Client(streamable_http_client(f"{url}/mcp", http_client=ann), mode=era) as hers,
            Client(streamable_http_client(f"{url}/mcp", http_client=bob), mode=era) as his,
        ):
            started = await hers.call_tool("optimize", {"script": "slow.py", "speedup": 2, "max_loss": 0.05})
            assert started.structured_content is not None, text(started)
            id = started.structured_content["job"]
            seen = await his.call_tool("job", {"job": id})
            assert seen.is_error and f"there is no job {id}" in text(seen)
            assert httpx2.get(f"{url}/healthz").json()["running"] == 1
            ended = await hers.call_tool("job", {"job": id, "action": "cancel"})
            assert ended.structured_content is not None and ended.structured_content["state"] == "cancelled"

    anyio.run(talked)
    assert not Jobs(at_home(folder)).asked()


def test_a_server_that_is_told_to_end_parks_its_jobs(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(SLOW)
    with server(tmp_path) as (url, process):

        async def started() -> str:
            async with Client(f"{url}/mcp") as client:
                reply = await client.call_tool("optimize", {"script": "slow.py", "speedup": 2, "max_loss": 0.05})
                assert reply.structured_content is not None, text(reply)
                return reply.structured_content["job"]

        id = anyio.run(started)
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
    desk = Jobs(at_home(tmp_path))
    assert desk.look(id).state == "parked"
    assert desk.resume(id).state in ("starting", "running") and desk.cancel(id).state == "cancelled"


def test_too_many_requests_are_told_when_to_come_back(tmp_path: Path) -> None:
    app, _ = served(at_home(tmp_path), [tmp_path], Listen(a_minute=3, port=80))

    async def asked() -> list[httpx2.Response]:
        transport = httpx2.ASGITransport(app=app)
        async with (
            app.router.lifespan_context(app),
            httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client,
        ):
            return [await client.post("/mcp", json=HELLO, headers=SPEAKS) for _ in range(4)]

    *served_ones, refused = anyio.run(asked)
    assert all(r.status_code != 429 for r in served_ones)
    assert refused.status_code == 429 and 1 <= int(refused.headers["retry-after"]) <= 20
    assert "at most 3 a minute" in refused.text


def test_a_bucket_fills_with_time_and_those_of_strangers_are_forgotten() -> None:
    now = [0.0]
    buckets = Buckets(60, lambda: now[0])
    assert [buckets.take("ann") for _ in range(60)] == [0.0] * 60
    assert buckets.take("ann") == pytest.approx(1.0) and buckets.take("bob") == 0.0
    now[0] = 1.01
    assert buckets.take("ann") == 0.0
    for n in range(MOST + 5):
        buckets.take(str(n))
    assert len(buckets._left) == MOST  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize(
    ("written", "mode", "sentence"),
    [
        ("ann:short\n", 0o600, "line 1: the token of ann has fewer than 16 characters"),
        ("\njust words\n", 0o600, "line 2 is not NAME:TOKEN"),
        ("# nobody\n", 0o600, "holds no token"),
        (f"ann:{ANN}\n", 0o644, "can be read by others: chmod 600"),
    ],
)
def test_a_file_of_tokens_that_is_not_right(tmp_path: Path, written: str, mode: int, sentence: str) -> None:
    path = tmp_path / "tokens"
    path.write_text(written)
    path.chmod(mode)
    with pytest.raises(UsageError, match=sentence):
        from_file(path)


def test_a_hash_stands_for_its_token(tmp_path: Path) -> None:
    import hashlib

    path = tmp_path / "tokens"
    path.write_text(f"ann:sha256:{hashlib.sha256(ANN.encode()).hexdigest()}\n")
    path.chmod(0o600)
    known = from_file(path)

    async def named(token: str) -> Any:
        found = await known.verify_token(token)
        return found and found.subject

    assert (anyio.run(named, ANN), anyio.run(named, BOB)) == ("ann", None)


@pytest.mark.parametrize(
    ("listen", "sentence"),
    [
        (Listen(host="0.0.0.0"), "can be reached by others, who could run scripts here"),
        (Listen(host="gpu.example.org"), "--tokens FILE or --issuer URL"),
        (Listen(tokens=Path("t"), issuer="https://i"), "two ways to know people"),
        (Listen(tokens=Path("/nowhere/t")), "cannot be read"),
    ],
)
def test_what_is_not_safe_is_not_served(tmp_path: Path, listen: Listen, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        served(at_home(tmp_path), [tmp_path], listen)


def test_a_port_that_is_taken_is_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        command = [sys.executable, "-m", "diffagent_mcp", "serve", "--http", "--port", str(taken.getsockname()[1])]
        ended = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert ended.returncode == 2 and "give another with --host or --port" in ended.stderr
