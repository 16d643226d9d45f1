"""The course: from written sources to built notebooks, and what a trainee does with them."""
