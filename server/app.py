"""The composition root: the only place that chooses implementations."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ..bench.zoo import cache as zoo
from ..tools.errors import SetupError
from ..tools.store.store import Store
from .settings import Settings


@dataclass(frozen=True)
class App:
    """Settings and what is built from them, when it is first needed."""

    settings: Settings

    @cached_property
    def store(self) -> Store:
        return Store(self.settings.home / "store.sqlite")

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

    @property
    def zoo_prompts(self) -> Path:
        return zoo.WEIGHTS.parent / "prompts"


def build(settings: Settings) -> App:
    """The application with these settings."""
    return App(settings)
