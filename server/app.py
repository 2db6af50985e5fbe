"""The composition root: the only place that chooses implementations."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import psutil

from ..agents.llm.team import Chats
from ..bench.zoo import cache as zoo
from ..knowledge.types import Models, Role
from ..tools import device, models
from ..tools.chat.chat import Chat
from ..tools.chat.ledger import Ledger
from ..tools.chat.names import Named
from ..tools.chat.opening import Factories, open_chat
from ..tools.chat.provider import Bounds
from ..tools.errors import SetupError
from ..tools.measure.runner import Limits
from ..tools.measure.sandbox import reads
from ..tools.measure.sandbox.walls import Walls
from ..tools.store.damage import Damaged
from ..tools.store.store import Store
from .mending import mend
from .settings import Settings

HUB_SCORER = "ViT-L-14:openai"


@dataclass(frozen=True)
class App:
    """Settings and what is built from them, when it is first needed."""

    settings: Settings
    chats: Factories = field(default_factory=dict)
    """language models that are built here rather than by their name"""
    seed: int = 0
    """of the run: another one asks language models anew"""

    @cached_property
    def store(self) -> Store:
        try:
            return Store(self.settings.home / "store.sqlite")
        except Damaged as e:
            raise SetupError(mend(e, Path.cwd())) from e

    @property
    def remembers(self) -> bool:
        """Is there a store to ask? Asking makes none."""
        return (self.settings.home / "store.sqlite").exists()

    @cached_property
    def zoo_home(self) -> Path:
        """A Hugging Face home in which the hub's ids resolve to the zoo's models."""
        home = self.settings.home / "zoo"
        try:
            home.mkdir(parents=True, exist_ok=True)
            return zoo.lay_out(zoo.WEIGHTS, home)
        except OSError as e:
            raise SetupError(
                f"the folder {home} cannot be used ({e.strerror}); name another with DIFFAGENT_HOME"
            ) from e

    @property
    def zoo_scorer(self) -> str:
        return f"local-dir:{zoo.scorer_folder(zoo.WEIGHTS)}"

    def models_for(self, model_id: str | None, folder: Path | None = None) -> Models:
        """zoo or hub: as set, else hub where the script's model is at hand or there is a GPU."""
        if self.settings.models != "auto":
            return self.settings.models
        at_hand = model_id and models.resolves(models.hub_home(), model_id, folder or Path())
        return "hub" if at_hand or device.has_nvidia() else "zoo"

    def models_home(self, kind: str) -> Path:
        """The Hugging Face home that scripts see: the zoo's, or the person's cache."""
        return self.zoo_home if kind == "zoo" else models.hub_home()

    def scorer_model(self, kind: str) -> str:
        """The CLIP that scores pictures of the zoo or the hub, unless a setting names one."""
        return self.settings.scorer or (self.zoo_scorer if kind == "zoo" else HUB_SCORER)

    def scorer_name(self, kind: str) -> str:
        """The same as a verdict is kept under; the zoo's folder is another one on each machine."""
        model = self.scorer_model(kind)
        return Path(model).name if kind == "zoo" else model

    @cached_property
    def limits(self) -> Limits:
        """What one candidate may take on this machine."""
        free = psutil.virtual_memory().available / 1e6
        memory = self.settings.memory_mb or (None if device.has_nvidia() else max(6000.0, 0.7 * free))
        return Limits(load_s=self.settings.load_seconds, image_s=self.settings.image_seconds, memory_mb=memory)

    def walls(self, source: Path | None = None) -> Walls:
        """What is asked of the sandbox around a script, and what that script may read."""
        asked = Walls(self.settings.sandbox, self.settings.readable, (self.settings.home.absolute(),))
        return asked if source is None else replace(asked, read=(*asked.read, *reads.of_file(source, asked)))

    @cached_property
    def ledger(self) -> Ledger:
        """What this run asks of language models and what that costs, all roles together."""
        return Ledger(self.store, self.settings.caps, self.seed)

    @cached_property
    def team(self) -> Chats:
        """The language model of each role of an agent."""
        return Chats(
            reader=self.chat("reader"),
            planner=self.chat("planner"),
            coder=self.chat("coder"),
            debugger=self.chat("debugger"),
            spent=lambda: self.ledger.exhausted() is not None,
        )

    def chat(self, role: Role) -> Chat | None:
        """The language model of a role, its answers kept and counted; None: offline.

        Raises SetupError where its key or libraries are missing, UsageError where it cannot be used here.
        """
        named, settings = self.settings.model_of(role), self.settings
        if named not in self._opened:
            chat = open_chat(named, self.chats, Bounds(settings.llm_seconds, settings.llm_output))
            self._opened[named] = None if chat is None else self.ledger.over(chat)
        return self._opened[named]

    @cached_property
    def _opened(self) -> dict[Named, Chat | None]:
        return {}

    @property
    def zoo_prompts(self) -> Path:
        return zoo.WEIGHTS.parent / "prompts"


def build(settings: Settings, chats: Factories | None = None, seed: int = 0) -> App:
    """The application with these settings, and with language models that the caller brings."""
    return App(settings, {"scripted": _simulated, **(chats or {})}, seed)


def _simulated(named: Named) -> Chat:
    from ..bench import simulation

    return simulation.named(named.model)
