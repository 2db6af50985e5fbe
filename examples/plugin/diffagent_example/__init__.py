"""A method and a language model for DiffAgent."""
