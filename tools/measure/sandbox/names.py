"""The sandboxes by name, as settings and options have them."""

from typing import Literal

Sandbox = Literal["auto", "bwrap", "unshare", "landlock", "docker", "none"]
