"""Builds the demo territory: an invented département, written in the official file formats."""
