"""What grading costs: against papermill, the least possible and nbgrader; at scale; with hostile work."""
