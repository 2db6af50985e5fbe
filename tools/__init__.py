"""Effects: scripts, processes, measuring, the store, reports. Everything that touches the world."""
