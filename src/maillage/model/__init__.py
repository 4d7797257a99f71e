"""The mathematical program: problem, rules, costs; no solver."""
