"""Which job a request is about, in the OpenTelemetry spans that the SDK makes of every request."""

from opentelemetry import trace


def about(job: str, kind: str) -> None:
    """Write it on the span of the request that is being served; nothing happens where nobody traces."""
    span = trace.get_current_span()
    span.set_attribute("diffagent.job.id", job)
    span.set_attribute("diffagent.job.kind", kind)
