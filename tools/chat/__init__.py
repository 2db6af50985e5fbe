"""Language models behind one seam: a question with a form in, a checked answer or a typed failure out."""
