"""Messages that no client should send: the server answers or passes over them, goes on, and does not grow."""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest
from http_server import SPEAKS, server

METHODS = ("tools/call", "tools/list", "resources/read", "prompts/get", "completion/complete", "initialize", "ping")
TOOLS = ("analyze", "plan", "generate", "estimate", "debug", "profile", "evaluate", "optimize", "job", "", "rm -rf")
ODD: tuple[Any, ...] = (
    *(None, True, -1, 1e308, 10**30, "", "x" * 5000, "\x00", "\x1b[31m", "../../etc/passwd", "file:///etc/passwd"),
    *(
        "job://../..",
        "report://%2e%2e/x",
        "knowledge://methods/" + "a" * 300,
        [],
        [[]] * 50,
        {},
        {"$ref": "#"},
        "\udc80",
    ),
)
WORDS = (*TOOLS, *METHODS, "script", "request", "job", "action", "uri", "name", "arguments", "_meta", "progressToken")


def odd(rng: random.Random, depth: int = 0) -> Any:
    """A value of any shape."""
    kind = rng.random()
    if kind < 0.5 or depth > 3:
        return rng.choice(ODD)
    if kind < 0.75:
        return {rng.choice(WORDS): odd(rng, depth + 1) for _ in range(rng.randrange(5))}
    return [odd(rng, depth + 1) for _ in range(rng.randrange(4))]


def message(rng: random.Random, number: int) -> bytes:
    """Nearly a request, or nothing like one. Nothing here may start a job: those tools get no script that exists."""
    body: Any = {"jsonrpc": "2.0", "id": number, "method": rng.choice(METHODS), "params": odd(rng)}
    if body["method"] == "tools/call" and rng.random() < 0.8:
        given = {name: odd(rng) for name in rng.sample(WORDS, 3)}
        body["params"] = {"name": rng.choice(TOOLS), "arguments": given}
    for key in ("jsonrpc", "id", "method", "params"):
        if rng.random() < 0.1:
            body[key] = odd(rng)
    text = json.dumps(rng.choice([body, body, body, body, odd(rng), [body, body]]))
    if rng.random() < 0.15:
        at = rng.randrange(len(text) or 1)
        text = text[:at] + rng.choice(["", "{", "\\", "]", "\x00", "é"]) + text[at + rng.randrange(3) :]
    return text.replace("\n", " ").encode("utf-8", "surrogatepass")


def many(count: int, seed: int) -> Iterator[bytes]:
    rng = random.Random(seed)
    return (message(rng, n + 10) for n in range(count))


def _line(**fields: Any) -> bytes:
    return json.dumps({"jsonrpc": "2.0", **fields}).encode() + b"\n"


HELLO = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}


class Talk:
    """A server on stdio, whose every line of output is read as it comes."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", "diffagent_mcp", "serve", "--models", "zoo", "--workspace", str(folder)]
        environment = {**os.environ, "DIFFAGENT_HOME": str(folder / "home")}
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
        )
        self.send(_line(id="hello", method="initialize", params=HELLO) + _line(method="notifications/initialized"))
        self.answer("hello")

    def send(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def answer(self, id: str) -> dict[str, Any]:
        """The answer to a request; every line before it must be a message of the protocol."""
        assert self.process.stdout is not None
        while True:
            line = self.process.stdout.readline()
            assert line, f"the server ended with {self.process.wait(5)}"
            said = json.loads(line)
            assert said["jsonrpc"] == "2.0"
            if said.get("id") == id:
                return said

    def ask(self, id: str) -> None:
        self.send(_line(id=id, method="tools/list"))
        assert len(self.answer(id)["result"]["tools"]) == 9

    def megabytes(self) -> float:
        return psutil.Process(self.process.pid).memory_info().rss / 1e6


def survives(folder: Path, count: int, seed: int) -> tuple[float, float]:
    """Memory after a tenth of the messages and after all of them."""
    talk, early = Talk(folder), 0.0
    try:
        for n, each in enumerate(many(count, seed)):
            talk.send(each + b"\n")
            if n % 50 == 49:
                talk.ask(f"still here {n}")
            if n == count // 10:
                early = talk.megabytes()
        talk.ask("at the end")
        assert not list((folder / "home").glob("jobs/*")), "nothing of it was worth a job"
        return early, talk.megabytes()
    finally:
        talk.process.kill()
        talk.process.wait()


def test_odd_messages_on_stdio_are_answered_or_passed_over(tmp_path: Path) -> None:
    survives(tmp_path, 300, seed=1)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_ten_thousand_odd_messages_leave_the_server_as_it_was(tmp_path: Path) -> None:
    early, late = survives(tmp_path, 10_000, seed=2)
    assert late < early + 40, f"{early:.0f} MB became {late:.0f} MB"


@pytest.mark.parametrize("count", [150, pytest.param(10_000, marks=[pytest.mark.slow, pytest.mark.timeout(1200)])])
def test_odd_messages_over_http(tmp_path: Path, count: int) -> None:
    with server(tmp_path, "--rate", "1000000") as (url, process), httpx2.Client(timeout=30) as client:
        opened = client.post(
            f"{url}/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": HELLO}, headers=SPEAKS
        )
        headers = {**SPEAKS, "mcp-session-id": opened.headers["mcp-session-id"]}
        early, seen = 0.0, set[int]()
        for n, each in enumerate(many(count, seed=3)):
            with client.stream("POST", f"{url}/mcp", content=each, headers=headers) as reply:
                seen.add(reply.status_code)
            if n == count // 10:
                early = psutil.Process(process.pid).memory_info().rss / 1e6
        assert httpx2.get(f"{url}/healthz").json() | {"version": ""} == {
            "status": "ok",
            "version": "",
            "running": 0,
            "waiting": 0,
        }
        late = psutil.Process(process.pid).memory_info().rss / 1e6
    assert 500 not in seen and late < early + 40, (seen, early, late)


def test_a_line_that_never_ends_is_not_kept_waiting_for(tmp_path: Path) -> None:
    talk = Talk(tmp_path)
    try:
        talk.send(b'{"jsonrpc": "2.0", "id": 5, "method": "' + b"x" * 3_000_000 + b'"}\n')
        started = time.monotonic()
        talk.ask("after it")
        assert time.monotonic() - started < 10
    finally:
        talk.process.kill()
        talk.process.wait()
