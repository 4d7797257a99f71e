"""How pupils travel in a study: the keys of ``[study.travel]``, checked."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

HOUR_FORM = r"^([01]\d|2[0-3]):[0-5]\d$"


class TravelSettings(BaseModel):
    """How pupils travel to their collège, in every scenario of a study."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    mode: Literal["car", "coach", "coach_stops", "bicycle", "walk", "school", "circuit"] = Field(
        "car",
        description="Means of travel; 'school': on foot under a distance, by school coach beyond; 'circuit': by the coaches of "
        "the territory's own table of circuits.",
    )
    walk_under_km: float = Field(
        2.0, gt=0, description="With mode = 'school': journeys on foot shorter than this are walked (km); 2 is half an hour."
    )
    coach_km_h: float | None = Field(
        None, gt=0, le=100, description="Speed of a school coach in the country, stops included (km/h); 30 if absent."
    )
    coach_town_km_h: float | None = Field(None, gt=0, le=100, description="The same in towns (km/h); 17.5 if absent.")
    bell: str = Field("08:00", pattern=HOUR_FORM, description="With mode = 'circuit': first lesson of the day, HH:MM.")
    direction: Literal["to", "from", "both"] = Field(
        "to", description="Way to school, way back, or the mean of both; they differ by one-ways."
    )
    roads: str | None = Field(
        None, min_length=1, description="Roads to use instead of the territory's: a file, relative to this one."
    )
    rural_km_h: float | None = Field(
        None, ge=30, le=130, description="Another general limit outside towns, on departmental roads (km/h); needs roads."
    )

    homes: str | None = Field(
        None, min_length=1, description="File of inhabited squares to travel from instead of the units' centres."
    )
    homes_column: str = Field("Ind_11_17", min_length=1, description="Column of the people who count in each square.")

    _MODES_OF_KEYS: ClassVar[dict[str, tuple[str, ...]]] = {
        "walk_under_km": ("school",),
        "coach_km_h": ("coach", "school"),
        "coach_town_km_h": ("coach", "school"),
        "bell": ("circuit",),
    }

    @model_validator(mode="after")
    def _of_use(self) -> TravelSettings:
        """What is given must matter: no key is read and then left aside."""
        for name, modes in self._MODES_OF_KEYS.items():
            if name in self.model_fields_set and self.mode not in modes:
                others = " or ".join(f'"{mode}"' for mode in modes)
                raise ValueError(f'{name} is of no use with mode = "{self.mode}": leave it out, or set mode = {others}')
        if "homes_column" in self.model_fields_set and self.homes is None:
            raise ValueError("homes_column is of no use without homes: leave it out, or name a file")
        if self.mode == "circuit" and self.direction != "to":
            raise ValueError('the table of circuits holds mornings only: leave out direction with mode = "circuit"')
        return self
