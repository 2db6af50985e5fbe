"""Who answers tasks: a task and a budget in, one script out. Those that need the agents are made in `server`."""
