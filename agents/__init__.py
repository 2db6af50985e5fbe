"""DiffAgent's loop: plan, write, judge, repair, select. Decides; everything it does it asks of `tools`."""
