"""Reading and editing people's Python files: what is in them, and the smallest change that puts a plan into them."""
