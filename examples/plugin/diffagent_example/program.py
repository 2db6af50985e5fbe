"""The language model: a command that is given the conversation on stdin and prints its answer."""

import shlex
import subprocess
from collections.abc import Callable, Sequence

from diffagent_mcp.tools.chat.conversation import Turn

SECONDS = 120


def speaking(command: str) -> Callable[[str, Sequence[Turn]], str]:
    """What `--llm plugin:program:COMMAND` asks. Whatever it raises is a failure of the model, and the run goes on."""
    words = shlex.split(command)
    if not words:
        raise ValueError("name a command: plugin:program:COMMAND")

    def speak(system: str, turns: Sequence[Turn]) -> str:
        asked = "\n\n".join([system, *(f"{turn.by}: {turn.text}" for turn in turns)])
        done = subprocess.run(words, input=asked, capture_output=True, text=True, timeout=SECONDS, check=True)
        return done.stdout

    return speak
