"""The server over HTTP: who may come in, how often, and how it ends."""
