"""Keys: where they come from, and that no child process sees one."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from chatting import SECRET

from diffagent_mcp.tools.chat import keys, names
from diffagent_mcp.tools.chat.provider import open_provider
from diffagent_mcp.tools.errors import SetupError
from diffagent_mcp.tools.measure import interpreter, jobs
from diffagent_mcp.tools.measure.runner import Runner
from diffagent_mcp.tools.measure.scorer import Scorer

ANTHROPIC = names.parse("anthropic:m")
OFFICIAL = names.parse("openai:m")
LOCAL = names.parse("openai:m@http://127.0.0.1:8000/v1")
SECRETS = {
    "ANTHROPIC_API_KEY": SECRET,
    "OPENAI_API_KEY": SECRET,
    "DIFFAGENT_ANTHROPIC_API_KEY": SECRET,
    "HF_TOKEN": "hf_0123456789",
    "AWS_SECRET_ACCESS_KEY": "aws0123456789",
    "MY_PASSWORD": "hunter22",
    "COPY_OF_IT": SECRET,
}
HARMLESS = {"PATH": "/bin", "TOKENIZERS_PARALLELISM": "false", "KEYBOARD": "de", "DIFFAGENT_LLM_TOKENS": "5"}


@pytest.mark.parametrize("named", [ANTHROPIC, OFFICIAL, LOCAL], ids=str)
def test_our_own_variable_wins(named: names.Named, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"DIFFAGENT_{named.kind.upper()}_API_KEY", SECRET)
    monkeypatch.setenv(f"{named.kind.upper()}_API_KEY", "another")
    found = keys.find(named)
    assert found is not None and found.value.get_secret_value() == SECRET
    assert SECRET not in repr(found) + str(found) and "DIFFAGENT_" in found.source


def test_openais_key_is_not_for_other_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    assert keys.find(OFFICIAL) is not None and keys.find(LOCAL) is None


def test_the_keyring_holds_keys_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "vault.py").write_text(
        "from keyring.backend import KeyringBackend\n"
        "class Vault(KeyringBackend):\n"
        "    priority = 1\n"
        "    def get_password(self, service, user):\n"
        f"        return {{('diffagent', 'openai@127.0.0.1:8000'): {SECRET!r}}}.get((service, user))\n"
        "    def set_password(self, service, user, password): ...\n"
    )
    code = (
        "from diffagent_mcp.tools.chat import keys, names\n"
        "for name in ('openai:m@http://127.0.0.1:8000/v1', 'openai:m', 'anthropic:m'):\n"
        "    key = keys.find(names.parse(name)); print(key.source if key else keys.missing(names.parse(name)))\n"
        f"print(keys.hide('it is {SECRET}'))\n"
    )
    environment = {
        **keys.without_keys(os.environ),
        "PYTHON_KEYRING_BACKEND": "vault.Vault",
        "PYTHONPATH": os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]),
    }
    said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.splitlines() == [
        "the keyring",
        "openai:m needs a key: set the variable OPENAI_API_KEY or DIFFAGENT_OPENAI_API_KEY, or store it with "
        "`keyring set diffagent openai`",
        "anthropic:m needs a key: set the variable ANTHROPIC_API_KEY or DIFFAGENT_ANTHROPIC_API_KEY, or store it with "
        "`keyring set diffagent anthropic`",
        "it is [key]",
    ]


def test_an_environment_without_keys() -> None:
    assert keys.without_keys({**SECRETS, **HARMLESS}) == HARMLESS


def test_what_runs_a_script_gets_no_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    found = jobs.environment(tmp_path, tmp_path, 1)
    assert found["HF_HOME"] == str(tmp_path)
    assert not [k for k, v in found.items() if keys.looks_secret(k) or v in SECRETS.values()]


def environment_of(pid: int) -> str:
    """What a process was started with; for a moment after its start the system shows nothing."""
    for _ in range(200):
        if text := Path(f"/proc/{pid}/environ").read_text(errors="replace"):
            return text
        time.sleep(0.01)
    return ""


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="the system does not show environments")
def test_no_child_process_is_given_a_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    runner, scorer = Runner(Path(sys.executable), tmp_path, 1), Scorer("local-dir:nowhere")
    try:
        seen = {pid: environment_of(pid) for pid in (runner.process.pid, scorer.process.pid)}
    finally:
        runner.close()
        scorer.close()
    for text in seen.values():
        names_seen = [line.partition("=")[0] for line in text.split("\0") if line]
        assert "PATH" in names_seen and not [n for n in names_seen if keys.looks_secret(n)]
        assert not [v for v in SECRETS.values() if v in text]


def test_the_projects_interpreter_is_asked_without_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", SECRET)
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nenv > {tmp_path}/seen\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    assert "torch" in interpreter.versions(python)[1]
    assert "PATH=" in (tmp_path / "seen").read_text() and SECRET not in (tmp_path / "seen").read_text()


@pytest.mark.parametrize("value", ["sk-abcd\nefgh1234", "sk-clé-12345678", "sk abcdefgh"])
def test_a_key_that_no_request_can_carry_is_told_before_any_is_made(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", value)
    with pytest.raises(SetupError, match="the variable ANTHROPIC_API_KEY cannot be sent: its character") as e:
        open_provider(ANTHROPIC)
    assert value not in str(e.value) and "abcd" not in str(e.value)


def test_a_short_or_empty_key_takes_no_other_variable_from_children() -> None:
    given = {"OPENAI_API_KEY": "1", "OMP_NUM_THREADS": "1", "ANTHROPIC_API_KEY": "", "CUDA_VISIBLE_DEVICES": ""}
    assert keys.without_keys(given) == {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
