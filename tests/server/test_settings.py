"""Settings: flags before environment before file; unknown names are errors."""

from pathlib import Path

import pytest

from diffagent_mcp.server.settings import load
from diffagent_mcp.tools.errors import UsageError


def test_flags_win_over_environment_wins_over_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "config.toml"
    file.write_text("threads = 3\nmodels = 'hub'\nload_seconds = 9\n")
    monkeypatch.setenv("DIFFAGENT_CONFIG", str(file))
    monkeypatch.setenv("DIFFAGENT_MODELS", "zoo")
    found = load({"threads": 5, "scorer": None})
    assert (found.threads, found.models, found.load_seconds, found.scorer) == (5, "zoo", 9.0, None)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("thread = 3", "setting thread"),
        ("threads = 0", "setting threads"),
        ("models = 'both'", "setting models"),
        ("threads =", "cannot be read as TOML"),
    ],
)
def test_bad_settings_are_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, sentence: str
) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text)
    monkeypatch.setenv("DIFFAGENT_CONFIG", str(file))
    with pytest.raises(UsageError, match=sentence):
        load()
