"""What the server costs: to start, in memory, and while somebody types."""

import asyncio
import json
import subprocess
import time
from pathlib import Path

import psutil
import pytest
from editor import COMMAND
from golden_diagnostics import GOLDEN
from patience import least

from diffagent_mcp.server.lsp.analyst import Analyst
from diffagent_mcp.server.lsp.reading import Reading, read

CPU_S, RSS_MB = 0.8, 80
HEAVY = ("torch", "diffusers", "transformers", "numpy", "anthropic", "openai", "pydantic_ai", "libcst", "mcp")


def framed(number: int | None, method: str, **params: object) -> bytes:
    body = {"jsonrpc": "2.0", "method": method, "params": params, **({"id": number} if number else {})}
    text = json.dumps(body).encode()
    return b"Content-Length: %d\r\n\r\n%b" % (len(text), text)


def started(env: dict[str, str]) -> tuple[float, float]:
    """CPU seconds and memory in MB from the start of a process until it has answered `initialize`."""
    process = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env)
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(framed(1, "initialize", processId=None, rootUri=None, capabilities={}))
    process.stdin.flush()
    length = int(process.stdout.readline().partition(b":")[2])
    process.stdout.read(length + 2)
    seen = psutil.Process(process.pid)
    times, memory = seen.cpu_times(), seen.memory_info().rss / 1e6
    process.stdin.write(framed(2, "shutdown") + framed(None, "exit"))
    process.stdin.close()
    process.wait(20)
    return times.user + times.system, memory


def test_it_opens_at_once(own_home: dict[str, str]) -> None:
    memories: list[float] = []

    def cpu() -> float:
        seconds, memory = started(own_home)
        memories.append(memory)
        return seconds

    assert least(cpu, CPU_S) <= CPU_S
    assert min(memories) < RSS_MB


def test_opening_and_reading_import_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from diffagent_mcp.server.lsp.serve import build; build({});"
        "from diffagent_mcp.server.lsp.reading import read; found = read(Path('a.py'), 1, sys.stdin.read(), ());"
        "assert found.studied is not None;"
        "print(*{m.split('.')[0] for m in sys.modules})"
    )
    text = GOLDEN["clash"][1]
    command = [COMMAND[0], "-c", code]
    run = subprocess.run(command, input=text, capture_output=True, text=True, timeout=60, check=True)
    loaded = set(run.stdout.split())
    assert "pygls" in loaded and not loaded & set(HEAVY)


LONG = GOLDEN["clash"][1] + "".join(f"\n\ndef part_{n}(a):\n    b = a * {n}\n    return b\n" for n in range(600))


@pytest.mark.asyncio
async def test_typing_never_queues_more_than_one_analysis() -> None:
    """A thousand characters into 3,000 lines, as fast as they come; somebody waits for every tenth."""
    state = {"version": 0, "text": LONG, "running": 0, "most": 0}

    def reading(path: Path, version: int | None, text: str) -> Reading:
        state["running"] = int(state["running"]) + 1
        state["most"] = max(int(state["most"]), int(state["running"]))
        found = read(path, version, text, ())
        state["running"] = int(state["running"]) - 1
        return found

    analyst = Analyst(lambda uri: (Path("long.py"), int(state["version"]), str(state["text"])), reading)
    waiting: list[asyncio.Task[Reading]] = []
    for n in range(1000):
        state["version"], state["text"] = n + 1, f"{LONG}# {'x' * n}"
        if n % 10 == 9:
            waiting.append(asyncio.create_task(analyst.newest("file:///long.py")))
        await asyncio.sleep(0.0005)
    found = await asyncio.gather(*waiting)
    assert {r.version for r in found[-1:]} == {1000} and found[-1].text.endswith("x")
    assert state["most"] == 1 and analyst.done < 1000
    assert all(r.version is not None and r.version >= 10 * n + 10 for n, r in enumerate(found))
    analyst.close()


@pytest.mark.asyncio
async def test_a_reading_is_as_fast_as_typing() -> None:
    """95th percentile of the CPU time of one reading."""

    def round_of(text: str) -> float:
        taken: list[float] = []
        for n in range(40):
            began = time.process_time()
            read(Path("typed.py"), n, f"{text}\nx = {n}\n", ())
            taken.append(time.process_time() - began)
        return sorted(taken)[37]

    short = "\n".join(LONG.splitlines()[:300])
    assert least(lambda: round_of(short), 0.020) <= 0.020
    assert least(lambda: round_of(LONG), 0.050) <= 0.050
