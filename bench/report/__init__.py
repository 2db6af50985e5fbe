"""What a run says, for people and for programs. Everything here is computed from (run, tasks, judged) and nothing else.

`html` writes a folder, `export_parquet` a file; the others return what they say. `calibrated` brings the targets into
the pages, `pictures` those that were made for a task. Nothing here knows the store or the command line.
"""

from .dataset import write_dataset
from .export import export_parquet
from .forms import as_json, compare, comparison_json, comparison_text, markdown
from .pictures import Pictures, TaskPicture
from .results import FiledRun, file_run, read_filed, results_page, write_results
from .write import html

__all__ = [
    "FiledRun",
    "Pictures",
    "TaskPicture",
    "as_json",
    "compare",
    "comparison_json",
    "comparison_text",
    "export_parquet",
    "file_run",
    "html",
    "markdown",
    "read_filed",
    "results_page",
    "write_dataset",
    "write_results",
]
