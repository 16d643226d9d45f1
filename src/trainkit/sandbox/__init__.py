"""The sandbox: running code that nobody has read, within limits; it knows nothing of exercises."""
