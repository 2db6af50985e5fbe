"""What people must mend in their set-up or their command. Everything else that fails is a value (knowledge.types)."""


class SetupError(Exception):
    """The environment is not fit: no interpreter, no library, no model. One sentence that says what to do. Exit 3."""


class UsageError(Exception):
    """The command or its input makes no sense as given. One sentence that says what to do. Exit 2."""
