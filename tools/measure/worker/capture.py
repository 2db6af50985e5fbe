"""Take the live pipeline and the bound call out of a running script, and stay inside that call.

The call never returns to the script: the replay loop runs in its place. So nothing has to be thrown through the
script's `try` blocks, and the contexts it opened (`torch.inference_mode()`, autocast) stay open.
"""

import functools
import socket
import sys
import threading
from typing import Any

from . import replay

_captured = threading.Event()


class ReplacedCall(Exception):
    """The call that was reached is not the one that the script makes."""


def captured() -> bool:
    """Has a call been taken?"""
    return _captured.is_set()


def arm(channel: socket.socket, job: dict[str, Any], path: str) -> None:
    """Wrap every pipeline class's `__call__`, and `tgate` wherever a loader puts it on a pipeline."""
    import diffusers
    from diffusers.pipelines.pipeline_utils import DiffusionPipeline

    wanted = Wanted(job.get("pipeline_class"), [tuple(s) for s in job.get("sites", [])], path)
    named = getattr(diffusers, wanted.pipeline_class or "", None)
    for cls in {c for c in (DiffusionPipeline, named) if isinstance(c, type)}:
        for each in {cls, *_subclasses(cls)}:
            wrap_call(each, channel, job, wanted)
    wrap_subclasses(DiffusionPipeline, channel, job, wanted)
    wrap_setattr(DiffusionPipeline, channel, job, wanted)


class Wanted:
    """Which call to take: the first of the class, at one of the sites where static analysis found it."""

    def __init__(self, pipeline_class: str | None, sites: list[tuple[int, int]], path: str) -> None:
        self.pipeline_class = pipeline_class
        self.sites = sites
        self.path = path

    def matches(self, pipeline: Any, depth: int) -> bool:
        names = {c.__name__ for c in type(pipeline).__mro__}
        generic = self.pipeline_class is None or not self.pipeline_class.endswith("Pipeline")
        if not generic and self.pipeline_class != "DiffusionPipeline" and self.pipeline_class not in names:
            return False
        return not self.sites or self._at_a_site(depth + 1)

    def _at_a_site(self, depth: int) -> bool:
        frame: Any = sys._getframe(depth)  # pyright: ignore[reportPrivateUsage]
        while frame is not None:
            if frame.f_code.co_filename == self.path:
                return any(low <= frame.f_lineno <= high for low, high in self.sites)
            frame = frame.f_back
        return True  # called from a helper module: nothing static to compare with


def _subclasses(cls: type) -> set[type]:
    direct = set(cls.__subclasses__())
    return direct | {s for d in direct for s in _subclasses(d)}


def wrap_call(cls: type, channel: socket.socket, job: dict[str, Any], wanted: Wanted) -> None:
    """Put a gate in front of the `__call__` that `cls` itself defines."""
    original = cls.__dict__.get("__call__")
    if original is None or getattr(original, "_diffagent", False):
        return

    @functools.wraps(original)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        if _captured.is_set() or not wanted.matches(self, 1):
            return original(self, *args, **kwargs)
        if not getattr(type(self).__call__, "_diffagent", False):
            raise ReplacedCall(
                f"the script puts its own function in the place of {type(self).__name__}.__call__, so the pipeline's "
                "call is not the whole call; make it a subclass with a __call__ of its own, or a plain function"
            )
        _captured.set()
        return replay.serve(channel, job, self, original, args, kwargs)

    call._diffagent = True  # type: ignore[attr-defined]
    cls.__call__ = call  # type: ignore[method-assign]


def wrap_subclasses(base: type, channel: socket.socket, job: dict[str, Any], wanted: Wanted) -> None:
    """The script's own subclasses too, as they are defined: the outermost call is the one that is measured."""
    inherited: Any = base.__init_subclass__

    def init_subclass(cls: type, **kwargs: Any) -> None:
        inherited.__func__(cls, **kwargs) if hasattr(inherited, "__func__") else inherited(**kwargs)
        wrap_call(cls, channel, job, wanted)

    base.__init_subclass__ = classmethod(init_subclass)  # type: ignore[assignment]


def wrap_setattr(base: type, channel: socket.socket, job: dict[str, Any], wanted: Wanted) -> None:
    """`TgateSDLoader(pipe)` sets `pipe.tgate` to a bound method: wrap it as it is set."""
    original: Any = base.__setattr__

    def set_attribute(self: Any, name: str, value: Any) -> None:
        original(self, name, tgate(value) if name == "tgate" and callable(value) else value)

    def tgate(bound: Any) -> Any:
        @functools.wraps(bound)
        def call(*args: Any, **kwargs: Any) -> Any:
            pipeline = bound.__self__
            if _captured.is_set() or not wanted.matches(pipeline, 1):
                return bound(*args, **kwargs)
            _captured.set()
            return replay.serve(channel, job, pipeline, bound.__func__, args, kwargs)

        return call

    base.__setattr__ = set_attribute  # type: ignore[method-assign, assignment]
