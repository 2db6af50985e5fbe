"""The walls around the runner: what it may see, which layers this system has, and who watches it from outside."""
