"""Fan charts: the past, the projection, and how far it may stray."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from maillage.demography.enrolment import Enrolment


def draw_fan(
    enrolment: Enrolment, code: str | None, grade: str | None, levels: Sequence[float], ax: Axes | None, language: str
) -> Axes:
    """See `Enrolment.plot`."""
    raise NotImplementedError
