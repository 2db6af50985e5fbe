"""The bundle's entry point: the command line of diffagent-mcp, in the environment that uv makes for it."""

from diffagent_mcp.server.cli import main

main()
