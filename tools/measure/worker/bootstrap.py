"""`python bootstrap.py CHANNEL WALLS`, any python: the zygote, with `worker` importable and nothing else of ours."""

import sys
from pathlib import Path

if __name__ == "__main__":
    here = Path(__file__).resolve().parent
    sys.path[0] = str(here.parent)
    from worker import zygote  # type: ignore[import-not-found]  # the package's name when started this way

    del sys.path[0]
    zygote.main(sys.argv[1], sys.argv[2])
