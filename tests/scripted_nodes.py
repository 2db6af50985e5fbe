"""Nodes that judge made-up tasks: as actors of a real Ray, and as a line that a test holds both ends of."""

import json
import time
from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from typing import Any

import scripted_run
from made_up_runs import ENVIRONMENT

from diffagent_mcp.bench.running.fleet import Gone
from diffagent_mcp.bench.running.parcels import Answer, Brief, Hello, PictureOf, brief_of
from diffagent_mcp.knowledge.types import Environment

OTHER = ENVIRONMENT.model_copy(
    update={"device": ENVIRONMENT.device.model_copy(update={"kind": "cuda", "name": "another GPU"})}
)


class ScriptedNode:
    """Judges as `scripted_run.Scripted` does, and says on which node; built from `{log, seconds}`."""

    def __init__(self, setup: str) -> None:
        given = json.loads(setup)
        self.environment = Environment.model_validate(given.get("environment") or ENVIRONMENT.model_dump())
        self.scripted = scripted_run.Scripted(given["seconds"], Path(given["log"]))

    def hello(self) -> str:
        return Hello(host="here", folder="/scratch", environment=self.environment).model_dump_json()

    def judge(self, task: str, name: str, raw: bytes) -> tuple[str, list[bytes]]:
        brief = brief_of(name, raw)
        judged, pictures = self.scripted.judge(next(t for t in brief.tasks if t.id == task))
        sent = pictures if brief.send_pictures else []
        of = tuple(PictureOf(role=p.role, prompt=p.prompt, seed=p.seed) for p in sent)
        said = Answer(environment=self.environment.fingerprint(), judged=judged, pictures=of)
        return said.model_dump_json(), [p.png for p in sent]

    def threshold(self, task: str) -> tuple[str, str]:
        return "", "no bounds are measured here"


def brief(send_pictures: bool = False) -> Brief:
    """The scripted run's."""
    run = scripted_run.the_run()
    return Brief(run=run, solver="scripted", tasks=tuple(scripted_run.TASKS), send_pictures=send_pictures)


def setup(log: Path, seconds: float = 0.0, environment: Environment = ENVIRONMENT) -> str:
    return json.dumps({"log": str(log), "seconds": seconds, "environment": environment.model_dump()})


class Line:
    """Seats in this process. `dies(seat, question)`: does a node go when the so-manieth task is asked?"""

    def __init__(self, setups: Sequence[str], dies: Callable[[int, int], bool] = lambda seat, asked: False) -> None:
        self.nodes = [ScriptedNode(s) for s in setups]
        self.dies = dies
        self.asked: list[tuple[int, str, str]] = []
        self.said: dict[int, Any] = {}
        self.replaced: list[int] = []
        self.closed = 0

    def seats(self) -> Sequence[int]:
        return range(len(self.nodes))

    def ask(self, seat: int, method: str, *given: Any) -> Hashable:
        number = len(self.asked)
        self.asked.append((seat, method, str(given[0]) if given else ""))
        judging = method == "judge" and self.dies(seat, sum(m == "judge" for _, m, _ in self.asked))
        self.said[number] = None if judging else getattr(self.nodes[seat], method)(*given)
        return number

    def wait(self, asked: Sequence[Hashable], timeout_s: float) -> Sequence[Hashable]:
        return asked[:1]

    def answer(self, asked: Hashable) -> Any:
        assert isinstance(asked, int)
        said = self.said.pop(asked)
        if said is None:
            raise Gone("the test took it away")
        return said

    def share(self, raw: bytes) -> object:
        return raw

    def replace(self, seat: int) -> None:
        self.replaced.append(seat)

    def close(self) -> None:
        self.closed += 1


def log_of(path: Path) -> list[str]:
    """Ids of the tasks that were begun, in order."""
    return [line.split()[0] for line in path.read_text().splitlines() if "begin" in line]


def until(condition: Callable[[], bool], seconds: float = 60.0) -> bool:
    """Wait for something; False where it did not come."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()
