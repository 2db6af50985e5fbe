"""Whatever is put, by any handle, and whenever one is killed or opened again: the store holds what a dict holds."""

import subprocess
import sys
import tempfile
from pathlib import Path

from factories import evaluation
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from diffagent_mcp.knowledge.types import Crashed, NotProven
from diffagent_mcp.tools.store.store import Kept, Store

from .kills import whole

KEYS = st.sampled_from(["a", "b", "c", "é \U0001f600"])
KEPT = st.one_of(
    st.builds(evaluation, st.floats(0.1, 10), st.floats(-1, 1), st.floats(0, 2)),
    st.builds(NotProven, message=st.text(max_size=20)),
    st.builds(Crashed, message=st.text(max_size=20), stage=st.just("call"), error=st.text(max_size=5)),
)
PICTURES = st.lists(st.binary(max_size=50), max_size=3)
DIE = """
import os, signal, sys
from diffagent_mcp.knowledge.types import NotProven
from diffagent_mcp.tools.store.store import Store
store = Store(sys.argv[1])
store.put(sys.argv[2], NotProven(message="whole"))
store.db.execute("begin immediate")
store.db.execute("delete from verdicts")
os.kill(os.getpid(), signal.SIGKILL)
"""


class Stores(RuleBasedStateMachine):
    """Two handles at least, one file, and a model of what is in it."""

    handles: Bundle[int] = Bundle("handles")

    @initialize(target=handles)
    def begin(self) -> int:
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "s.sqlite"
        self.open: list[Store] = [Store(self.path)]
        self.kept: dict[str, Kept] = {}
        self.pictures: dict[str, dict[int, bytes]] = {}
        self.deaths = 0
        return 0

    @rule(target=handles)
    def another(self) -> int:
        self.open.append(Store(self.path))
        return len(self.open) - 1

    @rule(at=handles)
    def again(self, at: int) -> None:
        self.open[at].close()
        self.open[at] = Store(self.path)

    @rule(at=handles, key=KEYS, kept=KEPT, pictures=PICTURES)
    def put(self, at: int, key: str, kept: Kept, pictures: list[bytes]) -> None:
        self.open[at].put(key, kept, {"after": pictures})
        self.kept[key] = kept
        self.pictures.setdefault(key, {}).update(enumerate(pictures))

    @rule(at=handles, key=KEYS, kept=KEPT)
    def fails(self, at: int, key: str, kept: Kept) -> None:
        """A write that breaks off leaves all as it was."""
        try:
            with self.open[at].transaction():
                self.open[at].db.execute(
                    "insert or replace into verdicts (key, kind, body) values (?, 'x', 'x')", [key]
                )
                raise KeyboardInterrupt
        except KeyboardInterrupt:
            assert kept is not None

    @rule(key=KEYS)
    def killed(self, key: str) -> None:
        """Another process keeps one thing, begins to delete everything, and is killed."""
        if self.deaths < 1:
            self.deaths += 1
            subprocess.run([sys.executable, "-c", DIE, str(self.path), key], check=False, timeout=60)
            self.kept[key] = NotProven(message="whole")

    @rule(at=handles, key=KEYS)
    def get(self, at: int, key: str) -> None:
        assert self.open[at].get(key) == self.kept.get(key)
        expected = self.pictures.get(key, {})
        assert self.open[at].pictures(key, "after") == [expected[n] for n in sorted(expected)]

    @invariant()
    def sound(self) -> None:
        if hasattr(self, "path"):
            assert whole(self.path)

    def teardown(self) -> None:
        if hasattr(self, "open"):
            for one in self.open:
                one.close()
            self.folder.cleanup()


Stores.TestCase.settings = settings(
    max_examples=5,
    stateful_step_count=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
test_the_store_is_a_dict_that_survives = Stores.TestCase
