This is a note to myself, not a program.
Buy milk.
