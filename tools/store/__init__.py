"""What was measured, kept in SQLite under content fingerprints, with the pictures beside it."""
