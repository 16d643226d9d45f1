"""A class: its folder, settings, roster and secret, what trainees get, and its exercises made ready."""
