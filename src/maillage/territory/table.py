"""A frozen set of columns of one length."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from maillage.arrays import frozen
from maillage.errors import Fault, InputError


@dataclass(frozen=True, eq=False)
class Table:
    """A frozen set of columns of one length; arrays are copied and made read-only."""

    def __post_init__(self) -> None:
        lengths = set()
        for column in fields(self):
            value = getattr(self, column.name)
            if isinstance(value, np.ndarray) and column.metadata.get("rows", True):
                lengths.add(len(value))
            if isinstance(value, np.ndarray):
                object.__setattr__(self, column.name, frozen(value))
        if len(lengths) > 1:
            fault = Fault(type(self).__name__, f"its columns have different lengths: {sorted(lengths)}")
            raise InputError([fault])

    def to_pandas(self) -> pd.DataFrame:
        """One row a unit or collège, one column for each one-dimensional field."""
        columns = {c.name: getattr(self, c.name) for c in fields(self) if c.metadata.get("rows", True)}
        return pd.DataFrame({name: value for name, value in columns.items() if getattr(value, "ndim", 0) == 1})
