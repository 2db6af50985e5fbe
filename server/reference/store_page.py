"""The page of the store: its tables, as the migrations make them."""

import inspect
from collections.abc import Iterator

from ...tools.store.migrations import MIGRATIONS
from ...tools.store.store import Store
from .tables import fenced, table

_INTRO = """\
# The store

One SQLite file, `store.sqlite` in the folder that `DIFFAGENT_HOME` names (on Linux `~/.local/share/diffagent`), in
WAL mode. Every write is one transaction. What is in `body` is JSON of a record of `knowledge/types`; keys are
fingerprints of all that a row depends on, so the same thing is never measured twice. The number of the last step is
in `pragma user_version`: an older store is brought up to date when it is opened, a newer one is refused with a
sentence.

To look at it: `sqlite3 -readonly ~/.local/share/diffagent/store.sqlite .schema`. To read it from a program, use
`diffagent-mcp memory export` and `bench report --format json`: tables may change with any version.
"""


def store_page() -> str:
    """The steps of the schema, and every table as it is after the last."""
    steps = [(str(n), f"`{s.__name__}`", inspect.getdoc(s) or "") for n, s in enumerate(MIGRATIONS, 1)]
    head = [_INTRO, "## Steps\n", table(("number", "step", "what it is for"), steps), "## Tables\n"]
    return "\n".join([*head, *_tables(Store())])


def _tables(store: Store) -> Iterator[str]:
    for name in sorted(store.db.table_names()):
        found = store.db.table(name)
        keys = set(found.pks)
        columns = [
            (
                f"`{c.name}`",
                c.type,
                "key" if c.name in keys else "needed" if c.notnull else "",
                _default(c.default_value),
            )
            for c in found.columns
        ]
        yield f"### {name}\n"
        yield table(("column", "type", "", "default"), columns)
        indexes = [
            f"create index {i.name} on {name} ({', '.join(i.columns)})\n" for i in found.indexes if i.origin == "c"
        ]
        if indexes:
            yield fenced("sql", "".join(indexes))


def _default(value: object) -> str:
    return "" if value is None else f"`{value}`"
