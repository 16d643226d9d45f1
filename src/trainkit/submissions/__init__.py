"""Submissions: what was handed in, in whatever layout, archive or shape, as notebooks that can be run."""
