"""What a verdict is an answer to."""

from ...knowledge.types import Environment, Plan, Protocol, Record
from .start import Start


class Question(Record):
    """Everything a verdict depends on. Its fingerprint is the key in the store."""

    protocol: Protocol
    environment: Environment
    source: str
    pipeline: str
    start: Start
    plan: Plan | None
    code: str
