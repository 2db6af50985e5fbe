"""The editor extension offers the settings that the Python side has, by the same names, types and bounds."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from diffagent_mcp.server.reference.editor_settings import camel, configuration, filled
from diffagent_mcp.server.settings import Settings

PACKAGE = Path(__file__).parents[2] / "editor_ext" / "package.json"
WRITTEN: dict[str, Any] = json.loads(PACKAGE.read_text(encoding="utf-8"))
ENGINE: dict[str, Any] = configuration()[1]["properties"]


def test_the_committed_settings_are_those_of_the_code() -> None:
    assert WRITTEN["contributes"]["configuration"] == configuration(), "run `make docs`"


def test_writing_them_changes_nothing_else() -> None:
    text = PACKAGE.read_text(encoding="utf-8")
    assert filled(text) == text


@pytest.mark.parametrize("name", Settings.model_fields)
def test_the_name_leads_back_to_the_environment_variable(name: str) -> None:
    # as src/settings.ts does it
    assert re.sub("[A-Z]", lambda letter: f"_{letter.group()}", camel(name)).lower() == name


def test_types_and_bounds_are_kept() -> None:
    assert ENGINE["diffagent.models"]["enum"] == ["auto", "zoo", "hub"]
    assert ENGINE["diffagent.threads"] | {"markdownDescription": ""} == {
        "type": ["integer", "null"],
        "minimum": 1,
        "default": None,
        "markdownDescription": "",
        "scope": "machine-overridable",
    }


def test_what_costs_money_or_sends_texts_is_not_for_a_folder_to_set() -> None:
    spending = {name: prop for name, prop in ENGINE.items() if name.startswith("diffagent.llm")}
    assert spending and all(prop["scope"] == "machine" for prop in spending.values())


def test_every_sentence_is_a_sentence() -> None:
    texts = [prop["markdownDescription"] for section in configuration() for prop in section["properties"].values()]
    assert all(text[0].isupper() and text.endswith(".") for text in texts)


def test_every_command_of_a_menu_or_a_walkthrough_is_offered() -> None:
    offered = {command["command"] for command in WRITTEN["contributes"]["commands"]}
    named = set(re.findall(r"diffagent\.[a-zA-Z]+", json.dumps(WRITTEN["contributes"]["walkthroughs"])))
    listed = {entry["command"] for menu in WRITTEN["contributes"]["menus"].values() for entry in menu}
    assert named | listed <= offered


def test_the_version_is_that_of_the_package() -> None:
    project = (PACKAGE.parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    assert f'version = "{WRITTEN["version"]}"' in project
