"""A search over a real store whose measuring is made up, to be killed at any moment.

What is real: the loop, the planner, the store with its transactions. An evaluation takes a few hundredths of a second.
The log beside the store has a line for each that was begun: what is paid for.
"""

import json
import time
from pathlib import Path

from factories import evaluation, situation
from made_up_landscapes import made_up

from diffagent_mcp.agents.llm.team import Chats, team
from diffagent_mcp.agents.loop import Loop
from diffagent_mcp.agents.team import OfflinePlanner
from diffagent_mcp.knowledge.rules import usable
from diffagent_mcp.knowledge.types import Budget, Candidate, Evaluation, Plan, Profile, Search, Target, Verdict
from diffagent_mcp.tools.store.store import Store

HERE = situation()
TARGET = Target(speedup=9.0)
"""beyond reach, so that the search goes on to its end"""
PICTURES = {"after": [b"picture" * 2000]}


class Keeping:
    """Judges as the judge does: what is in the store is served, everything else is measured, then kept at once."""

    def __init__(self, folder: Path, seconds: float) -> None:
        self.store, self.log, self.seconds = Store(folder / "s.sqlite"), folder / "log", seconds

    def known(self, candidate: Candidate, protocol: str = "quick") -> Verdict | None:
        kept = self.store.get(_key(candidate, protocol))
        return None if isinstance(kept, Profile) else kept

    def evaluate(self, candidate: Candidate, protocol: str = "quick") -> Verdict:
        key = _key(candidate, protocol)
        with self.log.open("a") as log:
            log.write(f"{key}\n")
        time.sleep(self.seconds)
        verdict = made_up(candidate.plan or Plan())
        if isinstance(verdict, Evaluation):
            verdict = evaluation(verdict.speedup, verdict.loss, verdict.drift, protocol=protocol)
        self.store.put(key, verdict, PICTURES)
        return verdict


def _key(candidate: Candidate, protocol: str) -> str:
    return f"{candidate.fingerprint()}-{protocol}"


def main(folder: Path, seconds: float) -> None:
    """Search to the end, then say what was found."""
    judge = Keeping(folder, seconds)
    wanted = Search(kind="paper", stop_at_first=False)
    loop = Loop(
        judge=judge,
        agents=team(
            OfflinePlanner(HERE, TARGET, wanted, usable(HERE)), lambda p: Candidate(plan=p, code=p.sentence()),
            Chats(), "", "script.py",
        ),
        target=TARGET,
        budget=Budget(),
        clock=time.monotonic,
        stop_at_first=False,
    )  # fmt: skip
    for event in loop.run():
        print(event.sentence.replace("\n", " "), flush=True)
    trials = [t.model_copy(update={"seconds": 0.0, "cached": False}).model_dump_json() for t in loop.trials]
    (folder / "found.json").write_text(json.dumps(trials))
