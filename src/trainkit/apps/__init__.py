"""Pages that Voila serves, made of ipywidgets."""
