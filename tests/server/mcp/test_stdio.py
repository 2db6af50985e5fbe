"""The server as a client starts it: a process that speaks on stdin and stdout."""

import json
import os
import subprocess
import sys
from pathlib import Path

import anyio
import psutil
from mcp import Client, StdioServerParameters
from patience import least

EXAMPLES = Path(__file__).parents[3] / "examples"
COMMAND = [sys.executable, "-m", "diffagent_mcp", "serve", "--models", "zoo", "--workspace", str(EXAMPLES)]
HEAVY = ("torch", "diffusers", "transformers", "numpy", "anthropic", "openai", "pydantic_ai", "libcst", "matplotlib")
CPU_S = 1.0
"""until the tools are listed; asked for on a quiet machine"""


def test_a_client_finds_the_tools_and_calls_one() -> None:
    async def asked() -> bool:
        server = StdioServerParameters(command=COMMAND[0], args=COMMAND[1:], env=dict(os.environ))
        async with Client(server) as client:
            listed = {t.name for t in (await client.list_tools()).tools}
            found = await client.call_tool("analyze", {"script": "sd15_text2img.py"})
            return "estimate" in listed and not found.is_error

    assert anyio.run(asked)


def message(number: int | None, method: str, **params: object) -> bytes:
    body = {"jsonrpc": "2.0", "method": method, "params": params, **({"id": number} if number else {})}
    return json.dumps(body).encode() + b"\n"


def test_the_first_list_of_tools_costs_little() -> None:
    assert least(_cpu_seconds, CPU_S) <= CPU_S


def _cpu_seconds() -> float:
    process = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None and process.stdout is not None
    hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    process.stdin.write(message(1, "initialize", **hello) + message(None, "notifications/initialized"))
    process.stdin.write(message(2, "tools/list"))
    process.stdin.flush()
    while json.loads(process.stdout.readline()).get("id") != 2:
        continue
    times = psutil.Process(process.pid).cpu_times()
    process.stdin.close()
    assert process.wait(20) == 0
    return times.user + times.system


def test_opening_imports_nothing_heavy() -> None:
    code = (
        "import sys; from pathlib import Path; from diffagent_mcp.server import cli;"
        "from diffagent_mcp.server.mcp.serve import build; from diffagent_mcp.server.settings import load;"
        "build(load(), [Path.cwd()]); print(*{m.split('.')[0] for m in sys.modules})"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    loaded = set(said.stdout.split())
    assert "mcp" in loaded and not loaded & set(HEAVY)
