"""The door to DiffBench: `diffagent-mcp bench ...`, and what is put together for it."""
