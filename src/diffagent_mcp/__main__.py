"""`python -m diffagent_mcp` is the command line."""

from .server.cli import main

if __name__ == "__main__":
    main()
