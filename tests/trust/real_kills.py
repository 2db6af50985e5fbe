"""`optimize` with real pictures on the zoo, of which one process is killed: the judge, the warm parent of the
candidates, a candidate, the scorer."""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from .kills import Rows, Tally, kept, whole

VICTIMS = ("judge", "runner", "candidate", "scorer")
SOURCE = """\
from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
image = pipe("a red circle on a white background", num_inference_steps=8, height=128, width=128).images[0]
"""
TARGET = ("--speedup", "1.2", "--max-loss", "0.9", "--max-drift", "9", "--models", "zoo", "--methods", "sampler")
MOST_S = 240.0
EARLY_S, LATE_S = 12.0, 90.0
"""while libraries and models are loaded, or somewhere in the whole run"""


@dataclass
class Run:
    """One command, run again and again on one store."""

    folder: Path
    tally: Tally
    kept: Rows = field(default_factory=Rows)

    @property
    def store(self) -> Path:
        return self.folder / "home" / "store.sqlite"

    def start(self) -> "subprocess.Popen[bytes]":
        words = [sys.executable, "-m", "diffagent_mcp", "optimize", str(self.folder / "draw.py"), *TARGET]
        environment = {**os.environ, "DIFFAGENT_HOME": str(self.folder / "home")}
        with (self.folder / "said").open("wb") as said:
            return subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=said, env=environment)

    def look(self) -> None:
        """What was kept is there as it was, and the file is whole."""
        self.tally.held(whole(self.store), "the store is damaged")
        now = lasting(kept(self.store, "verdicts"))
        self.tally.held(self.kept.items() <= now.items(), "a verdict was lost, or measured again")
        self.kept = now


def lasting(rows: Rows) -> Rows:
    """Verdicts of the search that are to be served: not profiles, which grow, nor what was killed from outside."""
    read = {key: json.loads(body) for key, body in rows.items()}
    quick = {k for k, v in read.items() if v["kind"] == "evaluation" and v["protocol"] == "quick"}
    failed = {k for k, v in read.items() if v["kind"] not in ("evaluation", "profile", "timed_out")}
    return {k: rows[k] for k in quick | failed if read[k].get("error") != "SIGKILL"}


def times(victim: str, kills: int, folder: Path, rng: random.Random, longest_s: float = EARLY_S) -> Tally:
    """Kill so often, up to `longest_s` after the victim first shows; then let the run come to its end."""
    when = "early" if longest_s == EARLY_S else "late"
    run = Run(folder, Tally(f"{victim}, with real pictures, {when}"))
    (folder / "draw.py").write_text(SOURCE)
    while run.tally.kills < kills:
        code = _once(run, victim, rng, longest_s)
        run.look()
        if code in (0, 1):
            run.tally.runs += 1
            run.store.unlink()
            shutil.rmtree(folder / "draw.diffagent", ignore_errors=True)
            run.kept = Rows()
    process = run.start()
    run.tally.held(process.wait(MOST_S) in (0, 1), "undisturbed, the same command does not come to its end")
    run.look()
    run.tally.runs += 1
    return run.tally


def _once(run: Run, victim: str, rng: random.Random, longest_s: float) -> int:
    """The exit code of a command of which one process was killed."""
    process = run.start()
    found = _found(process, victim, rng.uniform(0.0, longest_s), rng)
    family = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    if found is not None and process.poll() is None:
        found.kill()
        run.tally.kills += 1
    try:
        code = process.wait(MOST_S)
    except subprocess.TimeoutExpired:
        run.tally.held(False, f"it hangs after its {victim} was killed")
        process.kill()
        code = process.wait()
    said = (run.folder / "said").read_text(errors="replace")
    run.tally.held("Traceback" not in said, f"a traceback after the {victim} was killed: {said[-300:]}")
    run.tally.held(code in (0, 1, 2, 3) or victim == "judge", f"exit code {code} after the {victim} was killed")
    _, alive = psutil.wait_procs(family, timeout=30)
    run.tally.held(not alive, f"{len(alive)} processes outlived the {victim}")
    return code


def _found(
    process: "subprocess.Popen[bytes]", victim: str, seconds: float, rng: random.Random
) -> psutil.Process | None:
    """The victim, some while after it first shows; None where the command ends before."""
    until = time.monotonic() + MOST_S
    while process.poll() is None and time.monotonic() < until:
        if _of_kind(process.pid, victim):
            time.sleep(seconds)
            there = _of_kind(process.pid, victim)
            if there and process.poll() is None:
                return rng.choice(there)
        time.sleep(0.05)
    return None


def _of_kind(pid: int, victim: str) -> list[psutil.Process]:
    """Living processes of a kind in the family of the command."""
    try:
        root = psutil.Process(pid)
        parents = [p for p in root.children() if "bootstrap.py" in " ".join(p.cmdline())]
        scorers = [p for p in root.children() if "diffagent_mcp.tools.measure.scoring" in p.cmdline()]
        candidates = [c for p in parents for c in p.children()]
    except psutil.NoSuchProcess:
        return []
    warm = [root] if parents else []
    return {"judge": warm, "runner": parents, "candidate": candidates, "scorer": scorers}[victim]
