"""One file a method. The list is in `catalogue.py`."""
