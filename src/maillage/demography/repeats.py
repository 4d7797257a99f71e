"""Tables in which something is told twice: nobody can know which of the two holds."""

from __future__ import annotations

import pandas as pd

from maillage.errors import Fault, InputError


def refuse_repeats(table: pd.DataFrame, key: list[str], what: str) -> None:
    """Raise `InputError` naming every row of a table whose key appears twice."""
    repeated = table[table.duplicated(key, keep="first")]
    if len(repeated):
        rows = tuple(" ".join(str(value) for value in row) for row in repeated[key].itertuples(index=False))
        raise InputError([Fault(what, f"the same {' and '.join(key)} twice", rows=rows, remedy="Keep one of them")])
