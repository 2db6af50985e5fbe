"""A script timed against itself by the judge's own functions: `PYTHONPATH=tests python -m trust.aa [--neighbour]`.

One line a block (a fresh pair of processes) goes to docs/results/trust/aa.jsonl; `trust.science` reads them. The
script is the matrix's smallest: random weights, 64 by 64 pixels. A short picture is more at the mercy of the machine
than a long one, so what is found here is the worse case.
"""

import argparse
import contextlib
import json
import multiprocessing
import random
import sys
import tempfile
import time
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil

from diffagent_mcp.knowledge.types import Failure, Protocol, Script
from diffagent_mcp.tools.measure.baseline import Subject
from diffagent_mcp.tools.measure.runner import Limits, Live, Runner
from diffagent_mcp.tools.measure.sampling import Pairs, timed_blocks
from diffagent_mcp.tools.script.analyse import analyse

RAW = Path(__file__).parents[2] / "docs" / "results" / "trust" / "aa.jsonl"
PAIRS = 2
"""in a block, as `final` has them; the older file for `quick` has four"""
ALIVE = 2
"""blocks measured at once, so that each side is started first in one of them"""
PROMPTS = ("a red circle on a white background", "a blue square above a green cross")


def main() -> None:
    """Measure blocks and add them to the file, one line each."""
    asked = _arguments()
    with _neighbour(asked.neighbour), _runner() as (runner, subject):
        for done in range(0, asked.blocks, ALIVE):
            for line in measured(runner, subject, asked.neighbour):
                with asked.out.open("a") as out:
                    out.write(json.dumps(line) + "\n")
            print(f"{done + ALIVE} of {asked.blocks} blocks", flush=True)


def measured(runner: Runner, subject: Subject, neighbour: bool) -> list[dict[str, Any]]:
    """The script against itself in fresh processes: seconds an image on both sides, and how busy the machine was."""

    def start() -> Live | Failure:
        return runner.start(subject.job(subject.code), subject.path)

    psutil.cpu_percent()
    began = time.time()
    pairs = timed_blocks(lambda: start(), lambda: start(), protocol())
    if not isinstance(pairs, Pairs):
        raise SystemExit(pairs.message)
    busy, load = psutil.cpu_percent(), psutil.getloadavg()[0]
    seen = {"neighbour": neighbour, "busy": busy, "load": round(load, 2), "at": round(began, 1)}
    return [{**seen, "swapped": k % 2 == 1, **_block(pairs, k)} for k in range(ALIVE)]


def _block(pairs: Pairs, k: int) -> dict[str, list[float]]:
    at = slice(k * PAIRS, (k + 1) * PAIRS)
    return {side: [round(s, 5) for s in getattr(pairs, side)[at]] for side in ("before", "after")}


def protocol() -> Protocol:
    """Blocks of pairs, nothing else."""
    return Protocol(name="final", prompts=PROMPTS, seeds=(1, 2), pairs=PAIRS * ALIVE, blocks=ALIVE)


@contextlib.contextmanager
def _runner() -> Generator[tuple[Runner, Subject], None, None]:
    """A runner that finds one tiny pipeline, and the script that calls it."""
    from tiny import TINY

    small = replace(next(t for t in TINY if t.name == "z_image"), steps=2)
    with tempfile.TemporaryDirectory(prefix="diffagent-aa-") as name:
        home, path = Path(name) / "hub", Path(name) / "script" / "script.py"
        small.lay_out(home)
        path.parent.mkdir()
        path.write_text(small.source())
        script = analyse(str(path), small.source())
        assert isinstance(script, Script), script
        runner = Runner(Path(sys.executable), home, 1, Limits(load_s=120, image_s=120, memory_mb=12_000))
        try:
            yield runner, Subject(path, small.source(), script.pipelines[0])
        finally:
            runner.close()


@contextlib.contextmanager
def _neighbour(wanted: bool) -> Generator[None, None, None]:
    """A process on the same processors that works and rests in turns, each for 0.1 to 3 seconds."""
    process = multiprocessing.get_context("spawn").Process(target=_bursts, args=(7,), daemon=True)
    if wanted:
        process.start()
    try:
        yield
    finally:
        if wanted:
            process.kill()
            process.join()


def _bursts(seed: int) -> None:
    rng = random.Random(seed)
    while True:
        until = time.monotonic() + rng.uniform(0.1, 3.0)
        while time.monotonic() < until:
            sum(range(1000))
        time.sleep(rng.uniform(0.1, 3.0))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m trust.aa", description=__doc__)
    parser.add_argument("--blocks", type=int, default=600, help="fresh pairs of processes to measure")
    parser.add_argument("--neighbour", action="store_true", help="with a busy process beside")
    parser.add_argument("--out", type=Path, default=RAW, help="the file that is added to")
    return parser.parse_args()


if __name__ == "__main__":
    main()
