"""Grading: notebooks run again in a sandbox, answers compared outside, results kept in a gradebook."""
