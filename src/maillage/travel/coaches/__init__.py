"""Coach circuits: timetables instead of speeds."""
