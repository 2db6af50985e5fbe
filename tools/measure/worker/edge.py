"""The worker's edge: the one broad except. Whatever a script raises becomes one message, and the process ends."""

import os
import socket
import sys
import traceback
import types
from collections.abc import Callable
from contextlib import suppress
from typing import Literal, NoReturn

from . import wire


def run_and_exit(
    action: Callable[[], None], channel: socket.socket, script: str, stage: Literal["load", "call"]
) -> NoReturn:
    """Do `action`, tell the judge what it raised, and leave without unwinding into anybody's `finally`."""
    code = 0
    try:
        action()
    except wire.Closed:
        code = 0
    except BaseException as error:
        code = 1
        tell(error, channel, script, stage)
    finally:
        flush()
        os._exit(code)


def tell(error: BaseException, channel: socket.socket, script: str, stage: str) -> None:
    """Say what was raised, and the last line of the script that it came through."""
    if not isinstance(error, SystemExit):
        with suppress(OSError, ValueError):
            traceback.print_exception(error)
    flush()
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f.lineno for f in frames if script and f.filename.endswith("/" + script)]
    message = {
        "op": "failed",
        "kind": "raised",
        "error": type(error).__name__,
        "message": _words(error),
        "line": lines[-1] if lines else getattr(error, "lineno", None),
        "code": error.code if isinstance(error, SystemExit) and isinstance(error.code, int) else None,
        "stage": stage,
    }
    with suppress(wire.Closed):
        wire.send(channel, message)


def _words(error: BaseException) -> str:
    """What it says of itself; where its `__str__` is Python, and so perhaps the script's own, its texts alone."""
    written = isinstance(type(error).__str__, types.FunctionType)
    return (", ".join(a for a in error.args if isinstance(a, str)) if written else str(error))[:2000]


def flush() -> None:
    """Bring what was printed into the log before the process leaves."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
