"""Options that several commands share, said once; and which of them are settings."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

ScriptArguments = Annotated[list[str] | None, typer.Argument(help="arguments of the script itself, after --")]
Call = Annotated[
    str | None, typer.Option(help="where a server makes the call: `module:function`, or a route, `POST /generate`")
]
Request = Annotated[str | None, typer.Option(help="what --call is given, as JSON: its arguments, or the body")]
Pipeline = Annotated[str | None, typer.Option(help="which pipeline, where the file has several")]
Json = Annotated[bool, typer.Option("--json", help="print JSON on stdout, nothing else")]
Models = Annotated[str | None, typer.Option(help="auto, zoo (tiny models that come along) or hub (your cache)")]
Python = Annotated[str | None, typer.Option(help="the project's interpreter; default: its virtual environment")]
Prompts = Annotated[Path | None, typer.Option(help="file with one prompt a line, instead of the built-in ones")]
Threads = Annotated[int | None, typer.Option(help="CPU threads of the runner")]
Scorer = Annotated[str | None, typer.Option(help="CLIP model: local-dir:FOLDER or ARCHITECTURE:PRETRAINED")]
Metric = Annotated[
    list[str] | None,
    typer.Option(help="a metric that a plugin brings, such as lpips, or lpips=0.1 for the most it may say; repeatable"),
]
Llm = Annotated[
    str | None,
    typer.Option(help="language model: anthropic:MODEL, openai:MODEL, openai:MODEL@URL or offline (the default)"),
]
Usd = Annotated[float | None, typer.Option("--llm-usd", help="US dollars that the run may spend on it")]
Tokens = Annotated[int | None, typer.Option("--llm-tokens", help="tokens that the run may use, in and out together")]
Requests = Annotated[int | None, typer.Option("--llm-requests", help="requests that the run may make to it")]
BudgetSeconds = Annotated[
    str | None, typer.Option(help="time for the search, such as 300 or 10min; confirming its best comes on top")
]
SearchKind = Annotated[
    str, typer.Option(help="diffagent: by the chance to meet the target; paper: its genetic algorithm")
]
NoMemory = Annotated[bool, typer.Option("--no-memory", help="search as if nothing had been measured before")]
SandboxName = Annotated[
    str | None,
    typer.Option("--sandbox", help="walls around it: auto, bwrap, unshare, landlock, docker or none"),
]
AllowRead = Annotated[
    list[str] | None,
    typer.Option("--allow-read", help="file or folder that the script may read besides its own"),
]
LLM = ("llm", "llm_usd", "llm_tokens", "llm_requests")
"""their names, which are those of the settings"""


def chosen(parameters: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The settings among a command's parameters: those named, and the language model's."""
    found = {name: parameters[name] for name in (*names, *LLM) if name in parameters}
    return {**found, **walls(parameters.get("sandbox"), parameters.get("allow_read"))}


def walls(sandbox: str | None, allow_read: list[str] | None) -> dict[str, Any]:
    """The settings of the sandbox."""
    return {"sandbox": sandbox, "allow_read": os.pathsep.join(allow_read) if allow_read else None}
