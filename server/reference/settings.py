"""The page of the settings."""

from pydantic.fields import FieldInfo

from ..settings import PREFIX, Settings
from .tables import fenced, table, type_in_words


def settings_page() -> str:
    """Every setting with its environment variable."""
    intro = (
        "# Settings\n\nA flag wins over the environment, which wins over the file. The file is `diffagent/config.toml` "
        "in the user's configuration folder (on Linux `~/.config`), or what `DIFFAGENT_CONFIG` names. Names that are "
        "not listed here are errors in the file.\n"
    )
    rows = [
        (f"`{name}`", f"`{PREFIX}{name.upper()}`", type_in_words(f.annotation), _default(f), f.description or "")
        for name, f in Settings.model_fields.items()
    ]
    every = table(("in the file", "in the environment", "type", "default", "meaning"), rows)
    return "\n".join([intro, every, "Example:\n", fenced("toml", 'models = "zoo"\nthreads = 2\n')])


def _default(field: FieldInfo) -> str:
    if field.default_factory is not None:
        return "`diffagent` in the user's data folder (on Linux `~/.local/share`)"
    return "" if field.default is None else f"`{field.default}`"
