"""The doors (command line; MCP and LSP to come), the use cases behind them, and the one place that wires them up."""
