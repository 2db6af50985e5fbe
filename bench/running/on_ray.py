"""Ray as the line to the nodes: each is an actor that leases one device. Imported only when asked for."""

import contextlib
import importlib
import os
from collections.abc import Callable, Hashable, Sequence
from typing import Any

from ...tools.errors import SetupError
from .fleet import Gone


def ray_module() -> Any:
    """Ray. Raises SetupError where it is not installed."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is told to anybody unless the person says so
    try:
        return importlib.import_module("ray")
    except ModuleNotFoundError as e:
        raise SetupError("--executor ray needs Ray, which is not installed; install diffagent-mcp[ray]") from e


class Rays:
    """Actors on a cluster: the one that RAY_ADDRESS names, or that runs here already, else one that is started here.

    `node` is the class of an actor, `setup` what it is built from. Ray itself retries nothing: what was asked of an
    actor whose node dies has no answer, and who asked decides.
    """

    def __init__(self, node: Callable[[str], Any], setup: str, devices: int | None = None) -> None:
        self._ray: Any = ray_module()
        self._started_here = not self._ray.is_initialized()
        if self._started_here:
            self._init()
        leased, count = self._devices()
        self._actor: Any = self._ray.remote(node).options(**leased)
        self._setup = setup
        self._actors: list[Any] = [self._actor.remote(setup) for _ in range(devices or count)]
        errors = self._ray.exceptions
        self._lost = (errors.RayActorError, errors.ObjectLostError)

    def _init(self) -> None:
        try:
            self._ray.init(log_to_driver=False, logging_level="warning")
        except (ConnectionError, ValueError, RuntimeError) as e:
            raise SetupError(f"Ray cannot be reached or started ({' '.join(str(e).split())[:200]})") from e

    def _devices(self) -> tuple[dict[str, float], int]:
        """What an actor leases, and how many such there are now: GPUs where there are any, else processors."""
        there = self._ray.cluster_resources()
        if gpus := int(there.get("GPU", 0)):
            return {"num_gpus": 1, "num_cpus": 1}, gpus
        return {"num_cpus": 1}, int(there.get("CPU", 1))

    def seats(self) -> Sequence[int]:
        return range(len(self._actors))

    def ask(self, seat: int, method: str, *given: object) -> Hashable:
        return getattr(self._actors[seat], method).remote(*given)

    def wait(self, asked: Sequence[Hashable], timeout_s: float) -> Sequence[Hashable]:
        first, _ = self._ray.wait(list(asked), num_returns=1, timeout=timeout_s)
        if not first:
            return ()
        found, _ = self._ray.wait(list(asked), num_returns=len(asked), timeout=0)
        return found

    def answer(self, asked: Hashable) -> Any:
        """What the actor said. Raises Gone; what the actor raised is raised here."""
        try:
            return self._ray.get(asked)
        except self._lost as e:
            raise Gone(type(e).__name__) from e

    def share(self, raw: bytes) -> object:
        return self._ray.put(raw)

    def replace(self, seat: int) -> None:
        """A new actor, which waits for a device; the old one may only be out of reach, and must not keep its own."""
        self._end(self._actors[seat])
        self._actors[seat] = self._actor.remote(self._setup)

    def close(self) -> None:
        """End the actors, and what they started; Ray itself where it was started or joined here."""
        for actor in self._actors:
            self._end(actor)
        self._actors = []
        if self._started_here and self._ray.is_initialized():
            self._ray.shutdown()

    def _end(self, actor: Any) -> None:
        with contextlib.suppress(*self._lost):
            self._ray.kill(actor)
