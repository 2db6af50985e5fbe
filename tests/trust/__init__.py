"""What can be trusted: runs that are killed, a ruler that measures itself, and the page that says how it went."""
