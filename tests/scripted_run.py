"""A run of made-up tasks in a process of its own, to be killed at any moment: `scripted_run.py STORE SOLVER S`."""

import random
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from made_up_runs import ENVIRONMENT, task

from diffagent_mcp.bench.running.threads import Threads
from diffagent_mcp.bench.running.work import Progress, Work
from diffagent_mcp.knowledge.types import Judged, Run, Submission, Task
from diffagent_mcp.tools.store.bench import Bench, KeptPicture
from diffagent_mcp.tools.store.store import Store

TASKS = [task(1, n) for n in range(40)]


def the_run(solver: str = "scripted") -> Run:
    return Run(solver=solver, dataset="d", tasks=tuple(t.id for t in TASKS), suite="mini", environment=ENVIRONMENT)


class Scripted:
    """Says the same of a task whenever it is asked, after a while."""

    def __init__(self, seconds: float, log: Path) -> None:
        self.seconds, self.log = seconds, log

    def judge(self, task: Task) -> tuple[Judged, list[KeptPicture]]:
        with self.log.open("a") as log:
            log.write(f"{task.id} begin {time.time()}\n")
        time.sleep(self.seconds)
        with self.log.open("a") as log:
            log.write(f"{task.id} end {time.time()}\n")
        luck = random.Random(task.id).random()
        judged = Judged(
            task=task.id,
            submission=Submission(code=f"x = {luck}\n", evaluations=3),
            failure=None if luck < 0.6 else "absolute quality",
        )
        return judged, [KeptPicture("absolute", "a dog", n, task.id.encode() * 100) for n in range(3)]


def main(store: Path, solver: str, seconds: float, workers: int = 2) -> None:
    @contextmanager
    def open_desk(number: int) -> Generator[Scripted, None, None]:
        yield Scripted(seconds, store.parent / "log")

    def say(progress: Progress) -> None:
        print(progress.done, flush=True)

    Bench(Store(store)).open_run(the_run(solver))
    Work(
        run=the_run(solver),
        tasks=TASKS,
        executor=Threads(open_desk, workers),
        open_bench=lambda: Bench(Store(store)),
        say=say,
        clock=time.time,
    ).do()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]))
