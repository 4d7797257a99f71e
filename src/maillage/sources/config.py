"""`territory.toml`: which files describe a territory, and the assumptions where data are silent."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

import maillage.sources.own as own
from maillage.scenario import parse_model, read_toml
from maillage.sources.cells import departement_code
from maillage.sources.schema import COMMUNE

TOML_NAME = "territory.toml"


def _as_code(value: Any) -> Any:
    return departement_code(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else value


def _as_paths(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Code = Annotated[str, BeforeValidator(_as_code), Field(pattern=r"^(\d{2}|2[AB]|9[78]\d)$")]
Paths = Annotated[tuple[str, ...], BeforeValidator(_as_paths)]
CommuneCode = Annotated[str, Field(pattern=f"^{COMMUNE}$")]
Share = Annotated[float, Field(ge=0, le=1)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class TerritorySettings(_Frozen):
    """What the territory is, and what to assume where the data are silent."""

    code: Code = Field(description="Département code: 62, 062 or 2A.")
    name: str = Field("", max_length=200, description="Name shown to people; the code where empty.")
    omphale_zone: str = Field("", max_length=200, description="Zone of the Omphale workbooks; the name, or the code, if empty.")
    base_rentree: int | None = Field(
        None, ge=1990, le=2100, description="Rentrée of the figures; the latest with IPS and pupils if absent."
    )
    fictional: bool = Field(False, description="True for invented territories, which every report then says.")
    group_share: float = Field(0.45, gt=0, lt=1, description="Share of public pupils counted as disadvantaged.")
    unsectored: Literal["error", "neighbours"] = Field(
        "error", description="A commune in no sector: a fault, or given the sector of its neighbours."
    )
    split_above_pupils: float = Field(300.0, gt=0, description="Communes with more pupils are cut into parts.")
    part_pupils: float = Field(150.0, gt=0, description="Pupils that a part of a commune should have, about.")
    lunch_rate: Share = Field(0.62, description="Share of pupils who lunch at school, where no boarding table says it.")
    estimate_canteens: bool = Field(False, description="Estimate unknown canteen places from the largest enrolment known.")


class FileSettings(_Frozen):
    """Paths of the published tables, relative to the file that names them; one path or a list, the first winning."""

    positions: Paths = ()
    ips_colleges: Paths = ()
    ips_ecoles: Paths = ()
    college_pupils: Paths = ()
    ecole_pupils: Paths = ()
    sectors: Paths = ()
    boarding: Paths = ()
    income_communes: Paths = ()
    income_iris: Paths = ()
    population: Paths = ()
    births: Paths = ()
    omphale: Paths = ()
    grid: Paths = ()
    iris_population: Paths = ()
    communes: Paths = ()
    iris: Paths = ()
    cog: Paths = ()
    projection: Paths = ()
    roads: str | None = None


class OwnTable(_Frozen):
    """One table of the planner's: where it is and what its columns are called."""

    path: str
    sheet: str | None = Field(None, description="Sheet of a spreadsheet; the first if absent.")
    columns: dict[str, str] = Field(default_factory=dict, description="Our column name = the table's own header.")


class OwnSettings(_Frozen):
    """The planner's own tables."""

    capacity: OwnTable | None = None
    canteens: OwnTable | None = None
    kitchens: OwnTable | None = None
    supplies: OwnTable | None = None
    urban_networks: OwnTable | None = None
    circuits: OwnTable | None = None
    dwellings: OwnTable | None = None
    residents: OwnTable | None = None
    pcs: OwnTable | None = None
    bassins: OwnTable | None = None

    @model_validator(mode="after")
    def _known_columns(self) -> OwnSettings:
        for name, layout in own.LAYOUTS.items():
            table: OwnTable | None = getattr(self, name)
            for key in table.columns if table else ():
                if key not in layout.columns:
                    near = difflib.get_close_matches(key, layout.columns, n=1, cutoff=0.5)
                    hint = f"did you mean {near[0]!r}?" if near else f"known columns: {', '.join(layout.columns)}"
                    raise ValueError(f"{name}.columns: unknown column {key!r}; {hint}")
        return self


class TerritoryFile(_Frozen):
    """Content of `territory.toml`."""

    folder: str = Field("", description="Folder that the paths below are relative to, itself relative to this file.")
    territory: TerritorySettings
    files: FileSettings = FileSettings()
    own: OwnSettings = OwnSettings()
    merged_communes: dict[CommuneCode, CommuneCode] = Field(
        default_factory=dict, description="Commune that no longer is = the commune it became part of."
    )

    @model_validator(mode="after")
    def _merged_ends(self) -> TerritoryFile:
        for code in self.merged_communes:
            seen, now = {code}, self.merged_communes[code]
            while now not in seen and now in self.merged_communes:
                seen.add(now)
                now = self.merged_communes[now]
            if now in seen:
                raise ValueError(f"merged_communes: {code} comes back to {now}; a commune cannot merge into itself")
        return self


def read_territory_file(path: Path) -> TerritoryFile:
    """Read and check a `territory.toml`.

    Raises
    ------
    ScenarioError
        Every fault of the file at once, unknown keys with the nearest right one.
    """
    return parse_model(TerritoryFile, read_toml(path), str(path))


def territory_settings(data: Mapping[str, Any], where: str = "territory") -> TerritoryFile:
    """Check the same keys given inline, as in a study file; raises `ScenarioError` as `read_territory_file` does."""
    return parse_model(TerritoryFile, dict(data), where)
