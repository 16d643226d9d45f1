"""Reports: what people read about graded work: feedback for trainees, pages and tables for a class."""
