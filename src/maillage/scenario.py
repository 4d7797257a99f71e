"""Scenarios and study files: what a planner asks, in TOML or in Python, as frozen and checked objects.

An unknown key is refused with the nearest right one; the JSON schema (`study_schema`) lets an editor say so earlier.
"""

from __future__ import annotations

import difflib
import json
import tomllib
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from maillage.errors import Fault, ScenarioError
from maillage.hypotheses import Hypotheses
from maillage.travel_settings import HOUR_FORM, TravelSettings

UAI_FORM, NAME_FORM = r"^\d{7}[A-Z]$", r"^[a-z0-9][a-z0-9_-]{0,47}$"
Uai = Annotated[str, Field(pattern=UAI_FORM, description="UAI of a collège: seven digits and a letter")]
Share = Annotated[float, Field(ge=0, le=1)]
Variant = Literal["central", "high", "low"]
M = TypeVar("M", bound=BaseModel)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Rules(_Frozen):
    """What a plan must respect in every rentrée from the study's start to its horizon."""

    capacity: Literal["central", "low", "high", "none"] = Field(
        "central", description="Which capacity binds: the planner's or central estimate, its low or high bound, or none."
    )
    min_pupils: int = Field(0, ge=0, description="Least enrolment of an open collège, every rentrée (pupils).")
    max_minutes: float | None = Field(None, gt=0, description="Longest journey a unit may be given (minutes one way).")
    max_moved_share: Share | None = Field(
        None, description="Largest share of pupils whose collège changes, collèges that close included."
    )
    canteen: Literal["seats", "none"] = Field(
        "seats", description="'seats': lunches within seats x sittings and kitchen output, no kitchen closed that feeds others."
    )
    contiguous: bool = Field(
        False, description="Sectors in one piece (compact form: each unit has a neighbour nearer its collège)."
    )
    max_dissimilarity: Share | None = Field(
        None, description="Upper bound on dissimilarity, mean pupils over the study's rentrées."
    )
    futures: int = Field(
        0,
        ge=0,
        le=10,
        description="Simulated futures, a sample, in which capacity, min_pupils and canteen must hold too; 0 = none.",
    )


class Goals(_Frozen):
    """Weights of the objective; each term is divided by its value under today's sectors, so 1 means "as today"."""

    travel: float = Field(1.0, ge=0, description="Pupil-minutes.")
    mix: float = Field(0.0, ge=0, description="Social mix, by `mix_measure`.")
    moves: float = Field(0.0, ge=0, description="Share of pupils whose collège changes.")
    sites: float = Field(0.0, ge=0, description="Open collèges, as a share of today's number.")
    canteen: float = Field(0.0, ge=0, description="Lunches above the seats x sittings of a canteen, as a share of all lunches.")
    mix_measure: Literal["dissimilarity", "ips_deviation"] = Field(
        "dissimilarity", description="Dissimilarity of disadvantaged pupils, or mean absolute deviation of collège IPS sums."
    )

    @model_validator(mode="after")
    def _some_goal(self) -> Goals:
        if self.travel + self.mix + self.moves + self.sites + self.canteen <= 0:
            raise ValueError("all weights are zero: give at least one goal a positive weight")
        return self


class Scenario(_Frozen):
    """One way to run the network of collèges.

    A scenario touches the chain at three points only: its levers (which collèges close or stay), its horizon and
    demographic variant (shared by the study), and its rules and goals.
    """

    name: str = Field(pattern=NAME_FORM, description="Short name, used in file names: a-z, 0-9, - and _.")
    title: str = Field("", max_length=200, description="Title shown in the report; the name where empty.")
    present: bool = Field(False, description="True: today's sectors, nothing optimised.")
    close: int | None = Field(
        None, ge=0, description="Close exactly so many collèges, chosen by the program; 0 keeps all open."
    )
    close_named: tuple[Uai, ...] = Field((), description="Collèges that close (counted in `close`).")
    keep_open: tuple[Uai, ...] = Field((), description="Collèges that must stay open.")
    rules: Rules = Rules()
    goals: Goals = Goals()
    gap: float = Field(0.01, ge=0, lt=1, description="Relative gap at which the solver may stop.")
    time_limit_s: float = Field(30.0, gt=0, description="Solving time after which the solver is asked to stop (seconds).")

    @model_validator(mode="after")
    def _coherent(self) -> Scenario:
        both = sorted(set(self.close_named) & set(self.keep_open))
        if both:
            raise ValueError(f"both closed and kept open: {', '.join(both)}")
        if self.close is not None and len(set(self.close_named)) > self.close:
            raise ValueError(f"close = {self.close} but close_named lists {len(set(self.close_named))} collèges")
        if self.goals.canteen > 0 and self.rules.canteen != "none":
            raise ValueError('goals.canteen weighs overloads that rules.canteen = "seats" forbids: set rules.canteen = "none"')
        bounded = self.rules.capacity != "none" or self.rules.min_pupils > 0 or self.rules.canteen != "none"
        if self.rules.futures and not bounded:
            raise ValueError("rules.futures has nothing to hold: capacity and canteen are 'none' and min_pupils is 0")
        if self.present and (self.close or self.close_named):
            raise ValueError("present = true keeps today's network: it cannot close a collège")
        return self

    @property
    def label(self) -> str:
        """Title, or the name where there is none."""
        return self.title or self.name


class StudySettings(_Frozen):
    """What all scenarios of a study share."""

    title: str = Field("", max_length=200)
    start: int | None = Field(
        None, ge=1990, le=2100, description="First rentrée under the new sectors; the one after the base if absent."
    )
    until: int = Field(ge=1990, le=2100, description="Last rentrée studied.")
    variant: Variant = Field("central", description="Demographic variant the plans are made for.")
    seed: int = Field(0, ge=0, description="Seed of every random draw.")
    draws: int = Field(200, ge=0, le=5000, description="Simulated futures of enrolment around the study's variant; 0 = none.")
    travel: TravelSettings = TravelSettings()
    hypotheses: Hypotheses = Hypotheses()
    weights: dict[str, dict[str, float]] = Field(
        default_factory=dict, description="Ranking weight profiles: profile name, then criterion and weight."
    )


class StudyFile(_Frozen):
    """A whole study file: where the data are, what is asked, which scenarios."""

    territory: str | dict[str, Any] = Field(
        description="Folder or territory.toml, relative to this file; or the same keys inline."
    )
    study: StudySettings
    scenario: tuple[Scenario, ...] = Field(min_length=1, description="The scenarios, in the order of the report.")

    @model_validator(mode="after")
    def _one_name_each(self) -> StudyFile:
        names = [s.name for s in self.scenario]
        twice = sorted({n for n in names if names.count(n) > 1})
        if twice:
            raise ValueError(f"scenario name used twice: {', '.join(twice)}")
        return self


def read_study_file(path: str | Path) -> StudyFile:
    """Read and check a study TOML.

    Raises
    ------
    ScenarioError
        Every fault of the file at once: unknown keys (with the nearest right one), wrong types, values out of range.
    """
    path = Path(path)
    return parse_model(StudyFile, read_toml(path), str(path))


def read_toml(path: Path) -> dict[str, Any]:
    """Content of a TOML file; `ScenarioError` if absent, not UTF-8 or not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ScenarioError([Fault(str(path), "no such file", remedy="Check the path")]) from None
    except IsADirectoryError:
        raise ScenarioError([Fault(str(path), "is a folder, not a TOML file", remedy="Name the file itself")]) from None
    except UnicodeDecodeError as fault:
        raise ScenarioError([Fault(str(path), f"not UTF-8 at byte {fault.start}", remedy="Save the file as UTF-8")]) from None
    except tomllib.TOMLDecodeError as fault:
        raise ScenarioError([Fault(str(path), f"not valid TOML: {fault}", remedy="Mend the line named")]) from None


def parse_model(model: type[M], data: dict[str, Any], where: str) -> M:
    """Validate `data` against a pydantic model, turning its errors into faults that name keys and remedies."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise ScenarioError([_fault(model, detail, where) for detail in error.errors()]) from None


def study_schema() -> str:
    """JSON schema of a study file, for editors that complete and check TOML."""
    schema = StudyFile.model_json_schema()
    return (
        json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}, indent=2, ensure_ascii=False) + "\n"
    )


_PLAIN_WORDS = {
    "missing": ("is missing", "Add it"),
    "tuple_type": ("should be a list", "Put it in square brackets, even if there is only one"),
    "bool_type": ("should be true or false", "Write true or false, without quotes"),
}
"""What to say instead of pydantic's own words, and the remedy, by type of error."""
_FORMS = {
    UAI_FORM: ("is not a UAI", "A UAI is seven digits and a letter: 0620001A"),
    NAME_FORM: ("is not a short name", "A name is a-z, 0-9, - and _, 48 characters at most"),
    HOUR_FORM: ("is not an hour", "Write two digits, a colon and two digits: 08:00"),
}
"""The same for a text that is not of the right form, by the form asked for."""


def _fault(model: type[BaseModel], detail: Any, where: str) -> Fault:
    location = tuple(detail["loc"])
    key = ".".join(str(part + 1) if isinstance(part, int) else part for part in location)
    if detail["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(location[-1]), _keys_at(model, location[:-1]), n=1, cutoff=0.5)
        known = ", ".join(sorted(_keys_at(model, location[:-1])))
        remedy = f"Did you mean {near[0]!r}?" if near else f"Known keys: {known}"
        return Fault(where, f"unknown key {key!r}", remedy=remedy)
    message, remedy = _PLAIN_WORDS.get(detail["type"], (detail["msg"].removeprefix("Value error, "), ""))
    if detail["type"] == "string_pattern_mismatch":
        form, remedy = _FORMS.get(detail["ctx"]["pattern"], ("is not of the right form", ""))
        message = f"{detail['input']!r} {form}"
    return Fault(where, f"{key or 'file'}: {message}", remedy=remedy)


def _keys_at(model: type[BaseModel], location: tuple[Any, ...]) -> list[str]:
    """Keys allowed where `location` points, walking through nested models and lists of models."""
    for part in location:
        if isinstance(part, int) or part not in model.model_fields:
            continue
        inner = _inner_model(model.model_fields[part].annotation)
        if inner is None:
            return []
        model = inner
    return list(model.model_fields)


def _inner_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (tuple, list, Union, UnionType):
        found = (_inner_model(inner) for inner in get_args(annotation))
        return next((m for m in found if m is not None), None)
    return None


__all__ = [
    "Goals",
    "Rules",
    "Scenario",
    "StudyFile",
    "StudySettings",
    "TravelSettings",
    "parse_model",
    "read_study_file",
    "read_toml",
    "study_schema",
]
