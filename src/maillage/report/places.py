"""What people call communes and collèges, from the names of units."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from maillage.territory import Units


def commune_names(units: Units) -> dict[str, str]:
    """INSEE code to the commune's name.

    A part of a commune is named after it, "Lens 3" or "Lens, Centre": what its parts share is the commune's name. Where
    they share nothing, the code stands for it.
    """
    parts: dict[str, list[str]] = {}
    for code, name in zip(units.commune.tolist(), units.name.tolist(), strict=True):
        parts.setdefault(code, []).append(name)
    return {code: _shared(names) or code for code, names in parts.items()}


def _shared(names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    for heads in ({name.partition(", ")[0] for name in names}, {re.sub(r" \d+$", "", name) for name in names}):
        if len(heads) == 1:
            return heads.pop()
    return ""
