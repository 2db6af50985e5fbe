"""What every value has in common."""

import hashlib
import json
from typing import Any

from pydantic import BaseModel, ConfigDict

Scalar = int | float | str | bool


class Record(BaseModel):
    """A value: immutable, strict, comparable, with a content fingerprint."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")

    def fingerprint(self) -> str:
        """32 hex digits that depend on the content only (blake2b of canonical JSON)."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.blake2b(canonical.encode(), digest_size=16).hexdigest()


def as_json(record: Record) -> dict[str, Any]:
    """The record as plain JSON values."""
    return record.model_dump(mode="json")
