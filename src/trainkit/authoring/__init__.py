"""Authoring: from the sources of lessons and exercises to notebooks, keys and the certainty that they run."""
