"""Reading official files and joining them into a `Territory`; one file a producer, one a step of the joining."""

from maillage.sources.assemble import load_territory

__all__ = ["load_territory"]
