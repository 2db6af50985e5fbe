"""Settings: one frozen record, read once. Flags win over the environment, which wins over the file."""

import os
import sys
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from ..knowledge.types import Caps, Role
from ..tools.chat import names
from ..tools.errors import UsageError
from ..tools.measure.sandbox.names import Sandbox

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PREFIX = "DIFFAGENT_"
_MODELS = ("llm", "llm_reader", "llm_planner", "llm_coder", "llm_debugger")


def _home() -> Path:
    return Path(platformdirs.user_data_dir("diffagent"))


class Settings(BaseModel):
    """Everything that can be set outside a single command. Unknown names are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path = Field(default_factory=_home, description="folder for the store and the laid-out zoo")
    models: Literal["auto", "zoo", "hub"] = Field(
        default="auto",
        description="auto: the Hugging Face cache where the script's model is in it or a GPU is there, else the zoo",
    )
    python: str | None = Field(default=None, description="the project's interpreter; default: its virtual environment")
    threads: int | None = Field(
        default=None, ge=1, description="CPU threads of a runner; default: 1 with the zoo, all cores with hub models"
    )
    scorer: str | None = Field(
        default=None, description="CLIP model, `local-dir:FOLDER` or `ARCHITECTURE:PRETRAINED`; default: by models"
    )
    memory_mb: float | None = Field(
        default=None, gt=0, description="memory limit of a candidate on a CPU; default: 70% of what is free"
    )
    load_seconds: float = Field(default=180.0, gt=0, description="time limit until a script's first pipeline call")
    image_seconds: float = Field(default=600.0, gt=0, description="time limit of one call of the pipeline")
    sandbox: Sandbox = Field(
        default="auto",
        description="walls around scripts; auto: the strongest there is; none: only limits, for code that you trust",
    )
    allow_read: str | None = Field(
        default=None,
        description=f"files and folders that scripts may read besides their own folder, with `{os.pathsep}` in between",
    )
    jobs: int = Field(
        default=1, ge=1, description="jobs of chats and editors at work at once; more disturb each other's clock"
    )
    llm: str = Field(default=names.OFFLINE, description=f"language model: {names.FORMS}")
    llm_reader: str | None = Field(default=None, description="the model that reads requests; default: `llm`")
    llm_planner: str | None = Field(default=None, description="the model that plans; default: `llm`")
    llm_coder: str | None = Field(default=None, description="the model that writes code; default: `llm`")
    llm_debugger: str | None = Field(default=None, description="the model that repairs; default: `llm`")
    llm_usd: float | None = Field(default=None, gt=0, description="US dollars a run may spend on language models")
    llm_tokens: int | None = Field(default=None, ge=1, description="tokens a run may use, in and out together")
    llm_requests: int | None = Field(default=None, ge=1, description="requests a run may make to language models")
    llm_seconds: float = Field(default=300.0, gt=0, description="time limit of one request to a language model")
    llm_output: int | None = Field(
        default=None, ge=1, description="tokens of one answer; default: 16384, with an address what the server allows"
    )

    @field_validator("llm", "llm_reader", "llm_planner", "llm_coder", "llm_debugger")
    @classmethod
    def _names_a_model(cls, value: str | None) -> str | None:
        return None if value is None else str(names.parse(value))

    def model_of(self, role: Role) -> names.Named:
        """The language model of a role: its own, else the one for all."""
        return names.parse(getattr(self, f"llm_{role}", None) or self.llm)

    @property
    def readable(self) -> tuple[Path, ...]:
        """What scripts may read besides their own. Raises UsageError for what is not there."""
        paths = [Path(text).expanduser().absolute() for text in (self.allow_read or "").split(os.pathsep) if text]
        for path in paths:
            if not path.exists():
                raise UsageError(f"--allow-read {path}: there is no such file or folder")
        return tuple(paths)

    @property
    def caps(self) -> Caps:
        """What a run may spend on language models."""
        return Caps(usd=self.llm_usd, tokens=self.llm_tokens, requests=self.llm_requests)


def without_client(settings: Settings) -> Settings:
    """The settings with every role offline that would ask the client's model, for work that outlives the client."""
    asked = {name: getattr(settings, name) for name in _MODELS}
    mended = {n: names.OFFLINE for n, value in asked.items() if value and names.parse(value).kind == "sampling"}
    return settings.model_copy(update=mended)


def load(flags: dict[str, Any] | None = None) -> Settings:
    """Read settings from the file, the environment and flags. Raises UsageError with one sentence."""
    given = {k: v for k, v in (flags or {}).items() if v is not None}
    values: dict[str, Any] = {**_from_file(), **_from_environment(), **given}
    try:
        return Settings(**values)
    except ValidationError as e:
        first = e.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        unknown = first["type"] == "extra_forbidden"
        known = f"; the settings are {', '.join(Settings.model_fields)}" if unknown else ""
        raise UsageError(f"setting {name}: {first['msg'].lower()}{known}") from e


def config_file() -> Path:
    """Where settings are read from, unless DIFFAGENT_CONFIG names another file."""
    return Path(platformdirs.user_config_dir("diffagent")) / "config.toml"


def _from_file() -> dict[str, Any]:
    path = Path(os.environ.get(f"{PREFIX}CONFIG", config_file()))
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as e:
        raise UsageError(f"{path} cannot be read as TOML: {e}") from e


def _from_environment() -> dict[str, str]:
    return {
        name: value
        for name in Settings.model_fields
        if (value := os.environ.get(PREFIX + name.upper())) not in (None, "")
    }
