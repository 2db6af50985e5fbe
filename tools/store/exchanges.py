"""Answers of language models in the store, so that nothing is paid for twice."""

from pydantic import ValidationError

from ...knowledge.types import Exchange
from .store import Store


def keep(store: Store, key: str, one: Exchange) -> None:
    """Keep an exchange under the fingerprint of its question. Raises SetupError where the store cannot be written."""
    with store.transaction():
        store.db.execute("insert or replace into exchanges (key, body) values (?, ?)", [key, one.model_dump_json()])


def find(store: Store, key: str) -> Exchange | None:
    """The exchange of a question that was answered before; one in words that are no longer ours is left."""
    row = store.db.execute("select body from exchanges where key = ?", [key]).fetchone()
    try:
        return Exchange.model_validate_json(row[0]) if row else None
    except ValidationError:
        return None
