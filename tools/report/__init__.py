"""What a person gets at the end: one page, two pictures, a diff, and the sentence above them."""
