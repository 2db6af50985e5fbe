"""The MCP server over HTTP, as a process that ends with the test."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx2

SPEAKS = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
"""what a client of the protocol says of itself"""


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextmanager
def server(folder: Path, *options: str) -> Generator[tuple[str, "subprocess.Popen[bytes]"]]:
    port = free_port()
    command = [sys.executable, "-m", "diffagent_mcp", "serve", "--http", "--port", str(port), "--models", "zoo"]
    process = subprocess.Popen(
        [*command, "--workspace", str(folder), *options], env={**os.environ, "DIFFAGENT_HOME": str(folder / "home")}
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url)
        yield url, process
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(url: str) -> None:
    end = time.monotonic() + 40
    while True:
        try:
            assert httpx2.get(f"{url}/healthz").json()["status"] == "ok"
            return
        except httpx2.TransportError:
            assert time.monotonic() < end, "it does not listen"
            time.sleep(0.1)
