"""Scripts that leave folders which are hard to count, to walk through and to remove."""

from trust.attempts import Attempt

ON_DISK = (
    Attempt(
        "endless folders",
        """
        import itertools, os
        for n in itertools.count(): os.mkdir(f"d{n}")
        """,
        says="too many",
        limits={"load_s": 60},
    ),
    Attempt(
        "folders in folders",
        """
        import os, time
        for _ in range(3000): os.mkdir("a"); os.chdir("a")
        open("deep", "wb").write(b"x" * 10_000_000)
        time.sleep(60)
        """,
        says="too deep",
        limits={"load_s": 60},
        quick=True,
    ),
    Attempt(
        "folders in folders, and gone",
        """
        import os
        for _ in range(3000): os.mkdir("a"); os.chdir("a")
        open("deep", "wb").close()
        """,
    ),
)  # fmt: skip
