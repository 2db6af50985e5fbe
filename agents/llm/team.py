"""The team that asks language models: plans, code that cannot be rendered, repairs of failures that are not known."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ...tools.chat.chat import Chat
from .. import debugger
from ..team import OfflinePlanner, Team, Writer, nobody
from .allowance import Allowance
from .coder import ModelCoder
from .debugger import ModelDebugger
from .planner import ModelPlanner

Ablation = Literal["knowledge", "debugger", "ga"]
"""a part that is left out, to measure its worth, as in the paper's table"""


@dataclass(frozen=True)
class Chats:
    """The model of each role; None: that role is filled offline."""

    reader: Chat | None = None
    planner: Chat | None = None
    coder: Chat | None = None
    debugger: Chat | None = None
    spent: Callable[[], bool] = lambda: False
    """has a cap been reached?"""

    @property
    def asked(self) -> tuple[Chat, ...]:
        """Each model once, in the order of the roles."""
        roles = (self.reader, self.planner, self.coder, self.debugger)
        return tuple({c.model: c for c in roles if c is not None}.values())


def team(
    planned: OfflinePlanner,
    render: Writer,
    chats: Chats,
    source: str,
    name: str,
    without: frozenset[Ablation] = frozenset(),
) -> Team:
    """Who plans, writes and repairs in one search. `source` is the person's file, called `name`."""
    notes: list[str] = []
    knowledge, allowance, here = "knowledge" not in without, Allowance(), planned.situation
    planned = planned.stepwise() if chats.planner is None else planned
    plans = planned if chats.planner is None else ModelPlanner(chats.planner, planned, notes.append, knowledge)
    coder = (
        None
        if chats.coder is None
        else ModelCoder(chats.coder, render, source, name, here, allowance, notes.append, knowledge)
    )
    mend = debugger.next_attempt
    if "debugger" in without:
        mend = nobody
    elif chats.debugger is not None:
        mend = ModelDebugger(chats.debugger, coder, allowance, notes.append, here, planned.allowed, knowledge)
    return Team(plans, coder or render, mend, planned.search.generations, notes, chats.spent)
