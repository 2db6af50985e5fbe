"""What a client can read: jobs and their parts, reports with pictures, methods and pipelines of the knowledge base."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mcp.server.mcpserver.exceptions import ResourceNotFoundError

from ...tools.errors import UsageError
from .door import Door

if TYPE_CHECKING:
    from ..jobs.control import Jobs, View

PICTURES = ("pareto.png", "contact_sheet.png")
"""of a finished search: its candidates as a plot, and pictures before and after"""


@dataclass(frozen=True)
class Resources:
    """Their addresses are those of the methods' decorators below. Libraries are imported when they are read."""

    jobs: Callable[[], "Jobs"]

    def offer(self, door: Door) -> None:
        """Put them on the server."""
        json, html, png, text = "application/json", "text/html", "image/png", "text/markdown"
        door.resource("job://{id}", name="job", title="A job as it stands", mime_type=json)(self.job)
        door.resource("job://{id}/candidates", name="candidates", title="Candidates so far", mime_type=json)(
            self.candidates
        )
        door.resource("job://{id}/{part}", name="part", title="Code, diff, outcome or events of a job")(self.part)
        door.resource("report://{id}", name="report", title="Report of a search", mime_type=html)(self.report)
        door.resource("report://{id}/trace", name="trace", title="What happened on the way", mime_type=html)(self.trace)
        door.resource("report://{id}/{picture}", name="picture", title="Pictures of a report", mime_type=png)(
            self.picture
        )
        door.resource("knowledge://methods", name="methods", title="All methods", mime_type=text)(self.methods)
        door.resource("knowledge://methods/{id}", name="method", title="A method", mime_type=text)(self.method)
        door.resource("pipeline://{name}", name="pipeline", title="A pipeline", mime_type=text)(self.pipeline)

    def job(self, id: str) -> str:
        """A job as it stands, the same as the job tool says; it can be subscribed to."""
        from .job_replies import of_view

        return of_view(self._view(id)).model_dump_json(exclude_none=True)

    def candidates(self, id: str) -> str:
        """The candidates of a search, also of one at work: speedup, loss and drift, the front and the winner."""
        self._view(id)
        return f"[{','.join(p.model_dump_json(exclude_none=True) for p in self.jobs().points(id))}]"

    def part(self, id: str, part: str) -> str:
        """A part of a job: code, diff, outcome or events."""
        from .job_replies import PARTS, part_of

        text = part_of(self._view(id), part)
        if text is None:
            raise ResourceNotFoundError(f"job {id} has no {part}: its parts are {', '.join(PARTS)}, once it is done")
        return text

    def report(self, id: str) -> str:
        """The report of a finished search, one page with its pictures in it."""
        return self._kept(id, "report.html").decode()

    def trace(self, id: str) -> str:
        """What happened on the way, and which plan was refined from which."""
        return self._kept(id, "trace.html").decode()

    def picture(self, id: str, picture: str) -> bytes:
        """The Pareto plot or the contact sheet of a finished search, as PNG."""
        if picture not in PICTURES:
            raise ResourceNotFoundError(f"a report has no {picture[:60]}: its pictures are {', '.join(PICTURES)}")
        return self._kept(id, picture)

    def methods(self) -> str:
        """The acceleration methods, a line for each."""
        from ...knowledge.catalogue import METHODS

        return "\n".join(f"- [{m.slug}](knowledge://methods/{m.slug}): {m.title}. {m.gain}" for m in METHODS)

    def method(self, id: str) -> str:
        """All that is known of a method: what it does, gains and costs, its knobs, failures and sources."""
        from ...knowledge.library import documents

        found = [d for d in documents() if d.method == id]
        if not found:
            raise ResourceNotFoundError(f"there is no method {id[:60]}; knowledge://methods lists them")
        pages = (f"## {d.title}\n\n{d.text}" for d in found)
        return "\n\n".join([*pages, "Sources: " + ", ".join(dict.fromkeys(s for d in found for s in d.sources))])

    def pipeline(self, name: str) -> str:
        """What is known of a pipeline, by its class or a name that people use."""
        from ...knowledge.library import documents
        from ...knowledge.pipelines import EVERY_CARD, any_card_for
        from ...knowledge.topic import topic

        about = topic(name)
        card = any_card_for(about.pipeline_class, about.model_id) if about.pipeline_class else None
        if card is None:
            raise ResourceNotFoundError(f"no pipeline is known as {name[:60]}; give its class, such as FluxPipeline")
        place = EVERY_CARD.index(card)
        page = next(d for d in documents() if d.shelf == "pipeline" and d.slug.endswith(f"-{place}"))
        return f"# {page.title}\n\n{page.text}"

    def _view(self, id: str) -> "View":
        try:
            return self.jobs().look(id)
        except UsageError as e:
            raise ResourceNotFoundError(str(e)) from e

    def _kept(self, id: str, name: str) -> bytes:
        found = self._view(id).found
        if found is None or found.report is None:
            raise ResourceNotFoundError(f"job {id} has no {name}: only a search that has ended has a report")
        try:
            return Path(found.report).with_name(name).read_bytes()
        except FileNotFoundError as e:
            raise ResourceNotFoundError(f"{name} of job {id} is not there any more") from e
