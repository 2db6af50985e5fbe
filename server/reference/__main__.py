"""`python -m diffagent_mcp.server.reference FOLDER [PACKAGE_JSON]` writes the pages, and the extension's settings."""

import sys
from pathlib import Path

from ...tools import textfile
from . import main
from .editor_settings import filled

main(sys.argv[1] if len(sys.argv) > 1 else "docs/reference")
if len(sys.argv) > 2:
    package = Path(sys.argv[2])
    textfile.write(package, filled(package.read_text(encoding="utf-8")))
