"""The command line in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path


def run(*words: str | Path, timeout: float = 240, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "diffagent_mcp", *map(str, words)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=timeout, env={**os.environ, **environment}, check=False
    )
