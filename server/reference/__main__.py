"""`python -m diffagent_mcp.server.reference FOLDER` writes the pages."""

import sys

from . import main

main(sys.argv[1] if len(sys.argv) > 1 else "docs/reference")
