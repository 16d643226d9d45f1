"""Grading: from what was handed in to a grade in the gradebook, one submission or a whole class."""
