"""Servers that are killed while they take jobs, and so are processes of jobs: `python -m trust.server_kills FOLDER`.

The jobs are cheap: each is to debug a file that is no Python, in a process of its own.
"""

import random
import subprocess
import sys
import time
from pathlib import Path

import psutil

from diffagent_mcp.server.jobs.ask import Ask
from diffagent_mcp.server.jobs.control import Jobs
from diffagent_mcp.server.settings import Settings, load

from .kills import Tally, whole

MOST_S = 60.0


def home_of(folder: Path) -> Settings:
    return load({"models": "zoo", "home": folder / "home", "jobs": 2})


def serve(folder: Path) -> None:
    """Take a job, say its id, take the next, until killed."""
    settings, number = home_of(folder), 0
    desk = Jobs(settings)
    while True:
        path = folder / f"broken-{time.time_ns()}.py"
        path.write_text(f"def (  # {number}\n")
        print(desk.start(Ask(kind="debug", settings=settings, path=str(path), source=str(number))), flush=True)
        number += 1
        time.sleep(0.5)


def times(kills: int, folder: Path, rng: random.Random) -> Tally:
    """Kill servers at random moments; another one goes on, and in the end every job that was taken has an answer."""
    tally, taken = Tally("server"), list[str]()
    folder.mkdir(parents=True, exist_ok=True)
    home = home_of(folder)
    for _ in range(kills):
        taken += _killed(folder, rng)
        tally.kills += 1
        tally.held(whole(home.home / "store.sqlite"), "the store is damaged")
        _answered(Jobs(home), tally)
    ids = {view.id for view in Jobs(home).asked(10_000)}
    tally.held(set(taken) <= ids, f"{len(set(taken) - ids)} jobs were lost that a server had said it took")
    tally.runs = len(ids)
    return tally


def _killed(folder: Path, rng: random.Random) -> list[str]:
    """The ids that a server said before it was killed."""
    process = subprocess.Popen([sys.executable, "-m", "trust.server_kills", str(folder)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    first = process.stdout.readline().decode()
    time.sleep(rng.uniform(0.0, 1.2))
    if rng.random() < 0.5 and (children := psutil.Process(process.pid).children()):
        rng.choice(children).kill()
    process.kill()
    rest = process.communicate()[0].decode()
    return f"{first}{rest}".split()


def _answered(desk: Jobs, tally: Tally) -> None:
    """Another server starts what waits and goes on with what is parked, until every job has one answer."""
    until = time.monotonic() + MOST_S
    while time.monotonic() < until:
        desk.go_on()
        views = desk.asked(10_000)
        for view in views:
            if view.state == "parked":
                desk.resume(view.id)
        if all(view.state in ("done", "failed") for view in views):
            break
        time.sleep(0.2)
    open_ = [f"{view.id} is {view.state}" for view in desk.asked(10_000) if view.state not in ("done", "failed")]
    tally.held(not open_, "; ".join(open_))
    left = [c for c in desk.processes.started.values() if c.poll() is None]
    tally.held(not _outlive(left), "a process outlived its job")


def _outlive(left: "list[subprocess.Popen[bytes]]") -> bool:
    """Does any of them still run after a while?"""
    until = time.monotonic() + 20
    while any(c.poll() is None for c in left) and time.monotonic() < until:
        time.sleep(0.1)
    return any(c.poll() is None for c in left)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
