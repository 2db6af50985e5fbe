"""The judge's side of the scorer: pixels in, scores out."""

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from ..chat import keys
from ..errors import SetupError
from .runner import kill_tree
from .worker import wire


class Scorer:
    """A process with the CLIP model loaded; started at once, waited for at the first question."""

    def __init__(self, model: str, models_home: str | None = None, metrics: Sequence[str] = ()) -> None:
        self.model, self.metrics = model, tuple(metrics)
        self.channel, theirs = socket.socketpair()
        extra = {"HF_HUB_OFFLINE": "1", "OMP_WAIT_POLICY": "passive", "PYTHONWARNINGS": "ignore"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "diffagent_mcp.tools.measure.scoring", str(theirs.fileno()), model, *metrics],
            pass_fds=[theirs.fileno()],
            env={**keys.without_keys(os.environ), **extra, **({"HF_HOME": models_home} if models_home else {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.close()
        self._ready = False

    def ready(self, seconds: float = 180.0) -> None:
        """Wait until the model is loaded."""
        if self._ready:
            return
        hello = self._receive(seconds)
        if "metric" in hello:
            raise SetupError(f"a metric cannot be used: {hello['metric']}")
        if hello.get("op") != "ready":
            raise SetupError(
                f"the scorer {self.model} cannot be loaded ({hello.get('message')}); "
                "install diffagent-mcp[run], and name a scorer at hand with --scorer"
            )
        self._ready = True

    def clip(self, pixels: bytes, shape: tuple[int, int, int, int], prompts: Sequence[str]) -> list[float]:
        """CLIP-Score of each picture against its prompt."""
        self.ready()
        return self._scores({"op": "clip", "shape": shape, "prompts": list(prompts)}, pixels)

    def distances(self, before: bytes, after: bytes, shape: tuple[int, int, int, int]) -> list[float]:
        """1 - SSIM of each of the n pairs; both sides have `shape` (n, height, width, 3)."""
        self.ready()
        both = (2 * shape[0], *shape[1:])
        return self._scores({"op": "distance", "shape": both}, before + after)

    def read(
        self, metric: str, before: bytes, after: bytes, shape: tuple[int, int, int, int], prompts: Sequence[str]
    ) -> list[float]:
        """What a plugin's metric says of each pair. Raises SetupError where it fails."""
        self.ready()
        question = {"op": "metric", "metric": metric, "shape": (2 * shape[0], *shape[1:]), "prompts": list(prompts)}
        return self._scores(question, before + after)

    def _scores(self, question: dict[str, Any], pixels: bytes) -> list[float]:
        try:
            wire.send(self.channel, question, pixels)
            header, _ = wire.receive(self.channel, 600.0)
        except (wire.Closed, wire.Late, wire.Malformed) as e:
            raise SetupError(
                f"the scorer's process has ended ({e!r}); what was measured so far is kept, and the same command "
                "goes on from there"
            ) from e
        if (broken := header.get("broken")) is not None:
            raise SetupError(f"the metric {question['metric']} cannot be used: {broken}")
        return header["scores"]

    def _receive(self, seconds: float) -> dict[str, Any]:
        try:
            header, _ = wire.receive(self.channel, seconds)
        except (wire.Closed, wire.Late, wire.Malformed) as e:
            raise SetupError(f"the scorer process ended unexpectedly ({e!r}); is open_clip_torch installed?") from e
        return header

    def close(self) -> None:
        kill_tree(self.process.pid)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        self.channel.close()
