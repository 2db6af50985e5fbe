"""What worked where, in the store: one row a measured plan, found again by the class of its pipeline."""

from pydantic import ValidationError

from ...knowledge.experience import Experience
from .store import Store

LATEST = 200
"""experiences that are read back; older ones teach little more"""


def keep(store: Store, key: str, one: Experience) -> None:
    """Keep an experience under the key of its verdict, so that the same verdict teaches once."""
    with store.transaction():
        store.db.execute(
            "insert or replace into experiences (key, pipeline_class, body) values (?, ?, ?)",
            [key, one.situation.pipeline_class, one.model_dump_json()],
        )


def of_class(store: Store, pipeline_class: str) -> list[Experience]:
    """The latest experiences with a class of pipelines, wherever they were made; what is no longer read is left."""
    rows = store.db.execute(
        "select body from experiences where pipeline_class = ? order by rowid desc limit ?", [pipeline_class, LATEST]
    )
    return [one for row in rows.fetchall() if (one := _read(row[0])) is not None]


def _read(body: str) -> Experience | None:
    """None: it was written by a version whose words are no longer ours."""
    try:
        return Experience.model_validate_json(body)
    except ValidationError:
        return None
