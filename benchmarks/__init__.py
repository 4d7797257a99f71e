"""Benchmarks: each is a frozen specification, run beside its peers in one go and reported as ratios."""
