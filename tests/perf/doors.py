"""What it costs to open each door: CPU seconds of a new process until it has answered, the least of several."""

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from .rows import Row

TIMES = 5
_ME = (sys.executable, "-m", "diffagent_mcp")


def rows(script: Path, env: dict[str, str]) -> Iterator[Row]:
    """CLI, MCP and LSP."""
    how = f"CPU seconds, least of {TIMES} starts"
    for what, command, limit in (
        ("`diffagent-mcp --help`", ("--help",), 0.25),
        ("`diffagent-mcp analyze FILE`", ("analyze", str(script)), 0.5),
        ("`diffagent-mcp estimate FILE --speedup 2`", ("estimate", str(script), "--speedup", "2"), 0.3),
    ):
        seconds = min(_whole((*_ME, *command), env) for _ in range(TIMES))
        why = "Python, pydantic, typer and the knowledge base are loaded first." if "estimate" in what else ""
        yield Row(group="Doors", what=what, value=seconds, unit="s", limit=limit, how=how, why=why)
    yield from _estimating(script)
    for what, command, ask, limit in (
        ("MCP: spawn to first `tools/list`", "serve", _mcp, 0.8),
        ("LSP: spawn to `initialize` answered", "lsp", _lsp, 0.6),
    ):
        seconds = min(_until_answered((*_ME, command), ask, env) for _ in range(TIMES))
        yield Row(group="Doors", what=what, value=seconds, unit="s", limit=limit, how=how)


def _estimating(script: Path) -> Iterator[Row]:
    """The same estimate where a server is running already."""
    from diffagent_mcp.knowledge.types import Target
    from diffagent_mcp.server.app import build
    from diffagent_mcp.server.estimating import estimate
    from diffagent_mcp.server.place import at_file
    from diffagent_mcp.server.settings import load

    taken: list[float] = []
    for _ in range(TIMES):
        began = time.process_time()
        app = build(load({"home": script.parent / "estimating", "models": "zoo"}))
        estimate(app, at_file(app, script, None, None), Target(speedup=2.0))
        taken.append(time.process_time() - began)
    how = f"CPU seconds, the median of {TIMES} in one process"
    value = statistics.median(taken)
    yield Row(group="Doors", what="an estimate in a running server", value=value, unit="s", limit=0.3, how=how)


def _whole(command: tuple[str, ...], env: dict[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, timeout=120)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _until_answered(command: tuple[str, ...], ask: Any, env: dict[str, str]) -> float:
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env
    ) as process:
        ask(process)
        times = psutil.Process(process.pid).cpu_times()
        process.kill()
    return times.user + times.system


def _mcp(process: "subprocess.Popen[bytes]") -> None:
    assert process.stdin is not None and process.stdout is not None
    about = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "perf", "version": "1"}}
    messages: list[dict[str, Any]] = [
        {"id": 1, "method": "initialize", "params": about},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/list"},
    ]
    for message in messages:
        process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
        process.stdin.flush()
        if "id" in message:
            assert b'"result"' in process.stdout.readline()


def _lsp(process: "subprocess.Popen[bytes]") -> None:
    assert process.stdin is not None and process.stdout is not None
    params = {"processId": os.getpid(), "rootUri": None, "capabilities": {}}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}).encode()
    process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
    process.stdin.flush()
    length = int(process.stdout.readline().partition(b":")[2])
    assert b"capabilities" in process.stdout.read(length + 2)
