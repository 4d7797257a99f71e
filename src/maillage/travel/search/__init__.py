"""Fast and exact searches on a road network."""
