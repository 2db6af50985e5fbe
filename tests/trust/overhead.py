"""`python tests/trust/overhead.py [ROUNDS]`: what the walls cost, layer by layer, in turns. Writes overhead.json."""

import json
import platform
import statistics
import sys
import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path

from diffagent_mcp.bench.zoo import cache
from diffagent_mcp.tools.measure.runner import Limits, Live, Runner
from diffagent_mcp.tools.measure.sandbox import layers
from diffagent_mcp.tools.measure.sandbox.names import Sandbox
from diffagent_mcp.tools.measure.sandbox.walls import Walls

NAMES: tuple[Sandbox, ...] = ("none", "landlock", "unshare", "bwrap")
PAGE = Path(__file__).parents[2] / "docs" / "results" / "trust" / "overhead.json"
CODE = "x = 1\n"


def opened(name: Sandbox, home: Path) -> tuple[Runner, float]:
    """A warm runner, and the seconds until it was ready."""
    started = time.perf_counter()
    one = Runner(Path(sys.executable), home, 1, Limits(memory_mb=12_000), walls=Walls(name))
    one.ready()
    return one, time.perf_counter() - started


def candidate(runner: Runner, script: Path) -> float:
    """Milliseconds from asking for a candidate (a script of one line) until it has answered and is gone."""
    job = {"code": CODE, "script": script.name, "arguments": [], "sites": [], "pipeline_class": None}
    started = time.perf_counter()
    found = runner.start(job, script)
    assert not isinstance(found, Live) and found.kind == "never_called", found
    return 1000 * (time.perf_counter() - started)


def main(rounds: int) -> None:
    """Start every layer in turns, three times; then ask each for candidates in turns."""
    here: list[Sandbox] = [n for n in NAMES if n == "none" or layers.missing(n) is None]
    folder = Path(tempfile.mkdtemp())
    home = cache.lay_out(cache.WEIGHTS, folder / "zoo")
    script = folder / "script" / "s.py"
    script.parent.mkdir()
    script.write_text(CODE)
    starts: dict[Sandbox, list[float]] = {n: [] for n in here}
    for _ in range(3):
        for name in here:
            one, seconds = opened(name, home)
            starts[name].append(seconds)
            one.close()
    runners = {name: opened(name, home)[0] for name in here}
    spent: dict[Sandbox, list[float]] = {n: [] for n in here}
    for k in range(rounds + 2):
        for name in here if k % 2 else here[::-1]:
            milliseconds = candidate(runners[name], script)
            if k >= 2:
                spent[name].append(milliseconds)
    for one in runners.values():
        one.close()
    table = {
        "date": datetime.now(timezone.utc).date().isoformat(),
        "command": f"python tests/trust/overhead.py {rounds}",
        "kernel": platform.release(),
        "rounds": rounds,
        "zygote_start_s": {n: round(statistics.median(v), 2) for n, v in starts.items()},
        "candidate_ms": {n: round(statistics.median(v), 1) for n, v in spent.items()},
        "candidate_more_ms_than_none": {
            n: round(statistics.median(a - b for a, b in zip(v, spent["none"], strict=True)), 1)
            for n, v in spent.items()
            if n != "none"
        },
    }
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(json.dumps(table, indent=2) + "\n")
    print(json.dumps(table, indent=2))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
