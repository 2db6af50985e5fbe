"""Requests in words, read by rules into a typed `Request`. Pure: no model, no files, no clock."""

from .context import Context, Reader
from .reader import Rules, read

__all__ = ["Context", "Reader", "Rules", "read"]
