"""Road networks: from every format, as one object, changed, drawn."""
