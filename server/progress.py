"""Progress for people, on stderr: one line for what is done, a status line for what is being done."""

from types import TracebackType

from rich.console import Console
from rich.text import Text

from ..knowledge.types import Evaluation, Event
from ..tools.report.text import clean, one_line


class Progress:
    """Prints events as they come. Without a terminal there is no status line, only what is done."""

    def __init__(self, quiet: bool = False) -> None:
        self.console = Console(stderr=True, quiet=quiet, highlight=False, soft_wrap=True)
        self._status = self.console.status("starting") if self.console.is_terminal and not quiet else None

    def __enter__(self) -> "Progress":
        if self._status:
            self._status.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._status:
            self._status.stop()

    def __call__(self, event: Event) -> None:
        doing = event.trial is None and event.stage in ("search", "confirm", "report")
        if self._status:
            self._status.update(Text(status(event)))
        if not doing or (event.stage != "search" and not self._status):
            self.console.print(Text(one_line(clean(line(event)), 400), style=style(event)))


def line(event: Event) -> str:
    """`[search 3/28] evaluation 3: 2.31x, loss 0.4%, drift 0.12`"""
    count = f" {event.evaluation}/{event.evaluations}" if event.evaluations and event.evaluation else ""
    return f"[{event.stage}{count}] {event.sentence}"


def status(event: Event) -> str:
    """What is being done, the best so far, and the time left."""
    best = f" · best {event.best_speedup:.2f}x" if event.best_speedup else ""
    loss = f" at {100 * event.best_loss:.1f}% loss" if best and event.best_loss is not None else ""
    left = f" · {event.seconds_left / 60:.1f} min left" if event.seconds_left is not None else ""
    return one_line(clean(f"{line(event)}{best}{loss}{left}"), 200)


def style(event: Event) -> str:
    """Failures stand out, what is routine steps back."""
    if event.trial is None:
        return "dim" if event.stage != "confirm" else "bold"
    return "" if isinstance(event.trial.verdict, Evaluation) else "yellow"
