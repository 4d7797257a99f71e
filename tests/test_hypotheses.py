"""Hypotheses of a planner: what is supposed by default, TOML and Python alike, every fault at once; the page about them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from maillage.errors import ScenarioError
from maillage.hypotheses import (
    KINDS,
    AvoidanceResponse,
    EmploymentShock,
    FlatYield,
    HouseYield,
    Hypotheses,
    MixedShares,
    Programme,
    PublicShare,
    SocialFlatYield,
    Yields,
)
from maillage.scenario import StudyFile, parse_model, read_study_file

PAGE = Path(__file__).resolve().parents[1] / "docs" / "hypotheses.md"
PROGRAMME = {"name": "Gare", "communes": "99001", "delivered": 2027, "dwellings": 100}
SHOCK = {"name": "Usine", "jobs": 1000, "start": 2026, "until": 2029, "communes": ["99001", "99002"]}


def told(data: dict[str, object]) -> list[str]:
    """The faults of hypotheses, in words."""
    with pytest.raises(ScenarioError) as caught:
        parse_model(Hypotheses, data, "study.toml")
    return [str(fault) for fault in caught.value.faults]


def study_with(tmp_path: Path, hypotheses: str) -> StudyFile:
    path = tmp_path / "study.toml"
    path.write_text(
        f'territory = "data"\n[study]\nuntil = 2033\n{hypotheses}\n[[scenario]]\nname = "present"\npresent = true\n'
    )
    return read_study_file(path)


def test_nothing_is_supposed_by_default(tmp_path: Path) -> None:
    nothing = Hypotheses()
    assert (nothing.programme, nothing.employment, nothing.public_share) == ((), (), ())
    assert not nothing.avoidance.is_on
    assert study_with(tmp_path, "").study.hypotheses == nothing


def test_a_study_file_and_python_say_the_same(tmp_path: Path) -> None:
    text = """
    [study.hypotheses]
    own_dwellings = false
    [[study.hypotheses.programme]]
    name = "Gare"
    communes = { "99001" = 2, "99002" = 1 }
    delivered = { 2028 = 40, 2027 = 60 }
    kind = "flat"
    [[study.hypotheses.programme]]
    name = "Tours"
    units = ["99003-1", "99003-2"]
    delivered = 2029
    dwellings = 80
    kind = "social_flat"
    demolition = true
    within_share = 0.9
    [[study.hypotheses.employment]]
    name = "Usine"
    jobs = 1000
    start = 2026
    until = 2027
    profile = [0.25, 0.75]
    communes = "99001"
    [study.hypotheses.yields]
    occupied_share = 0.9
    house = { age_11_14 = [0.1, 0.2, 0.3, 0.2] }
    [[study.hypotheses.public_share]]
    change_points = -7
    start = 2027
    colleges = ["0990001N"]
    [study.hypotheses.avoidance]
    points_if_moved = -3
    """
    by_hand = Hypotheses(
        own_dwellings=False,
        programme=(
            Programme(name="Gare", communes={"99001": 2.0, "99002": 1.0}, delivered={2028: 40.0, 2027: 60.0}, kind="flat"),
            Programme(
                name="Tours", units={"99003-1": 1.0, "99003-2": 1.0}, delivered=2029, dwellings=80, kind="social_flat",
                demolition=True, within_share=0.9,
            ),
        ),
        employment=(
            EmploymentShock(name="Usine", jobs=1000, start=2026, until=2027, profile=(0.25, 0.75), communes={"99001": 1.0}),
        ),
        yields=Yields(occupied_share=0.9, house=HouseYield(age_11_14=(0.1, 0.2, 0.3, 0.2))),
        public_share=(PublicShare(change_points=-7, start=2027, colleges=("0990001N",)),),
        avoidance=AvoidanceResponse(points_if_moved=-3),
    )  # fmt: skip
    read = study_with(tmp_path, text).study.hypotheses
    assert read == by_hand
    assert read.programme[0].stages == {2027: 60.0, 2028: 40.0}
    assert list(read.programme[0].stages) == [2027, 2028]
    assert read.programme[1].stages == {2029: 80.0}


def test_jobs_become_households_evenly_or_by_a_profile() -> None:
    even = EmploymentShock.model_validate({**SHOCK, "newcomer_share": 0.5, "households_per_job": 0.8})
    assert even.households == {2026: 100.0, 2027: 100.0, 2028: 100.0, 2029: 100.0}
    first = EmploymentShock.model_validate({**SHOCK, "profile": [1, 0, 0, 0], "newcomer_share": 0.5, "households_per_job": 0.8})
    assert first.households == {2026: 400.0, 2027: 0.0, 2028: 0.0, 2029: 0.0}


def test_defaults_lie_where_they_are_known_to() -> None:
    """Collégiens of a dwelling after five to ten years: 0.1 to 0.25 by kind; families grow older with their building."""
    for kind in (HouseYield(), FlatYield(), SocialFlatYield()):
        assert 0.1 <= kind.age_11_14[2] <= 0.25
        assert kind.age_11_14[0] < kind.age_11_14[2] > kind.age_11_14[3]
    assert SocialFlatYield().age_11_14[3] > FlatYield().age_11_14[3]


def test_mixed_dwellings_are_made_of_the_others() -> None:
    yields = Yields(mixed=MixedShares(house=0.5, flat=0.5, social_flat=0.0))
    assert yields.parts("mixed") == {"house": 0.5, "flat": 0.5, "social_flat": 0.0}
    assert yields.parts("flat") == {"flat": 1.0}
    assert set(KINDS) == {"mixed", *yields.parts("mixed")}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"dwellings": 0}, "dwellings: Input should be greater than 0"),
        ({"dwellings": None}, "say how many dwellings"),
        ({"delivered": {}}, "names no rentrée"),
        ({"delivered": {"2027": 50, "2028": 60}}, "dwellings = 100, but delivered makes 110"),
        ({"delivered": {"2027": -1}}, "greater than 0"),
        ({"delivered": "soon"}, "delivered"),
        ({"delivered": 1066}, "greater than or equal to 1990"),
        ({"communes": {}}, "give communes or units, one of the two"),
        ({"units": "99001"}, "give communes or units, one of the two"),
        ({"communes": 99001}, "write a code in quotation marks"),
        ({"communes": {"99001": -1}}, "greater than 0"),
        ({"kind": "castle"}, "'house', 'flat', 'social_flat' or 'mixed'"),
        ({"occupied_share": 95}, "less than or equal to 1"),
        ({"dwelings": 3}, "Did you mean 'dwellings'"),
    ],
)
def test_programmes_that_make_no_sense_are_refused(change: dict[str, object], said: str) -> None:
    assert any(said in fault for fault in told({"programme": [{**PROGRAMME, **change}]}))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"until": 2025}, "until = 2025 is before start = 2026"),
        ({"profile": [0.5, 0.5]}, "profile has 2 shares for 4 rentrées"),
        ({"profile": [0.5, 0.5, 0.5, 0.5]}, "the shares of profile make 2, not 1"),
        ({"communes": []}, "names no place"),
        ({"jobs": -5}, "greater than 0"),
        ({"households_per_job": 2}, "less than or equal to 1"),
        ({"name": "Gare"}, "name used twice: Gare"),
    ],
)
def test_jobs_that_make_no_sense_are_refused(change: dict[str, object], said: str) -> None:
    assert any(said in fault for fault in told({"programme": [PROGRAMME], "employment": [{**SHOCK, **change}]}))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"yields": {"building_years": [1, 5]}}, "building_years should start at 0 and grow"),
        ({"yields": {"building_years": [0, 5, 5, 9]}}, "building_years should start at 0 and grow"),
        (
            {"yields": {"building_years": [0, 5, 9]}},
            "give 3 numbers, as many as building_years: house.age_6_10, house.age_11_14",
        ),
        ({"yields": {"house": {"age_6_10": [0.1, 0.2, 30, 0.1]}}}, "not children in a dwelling (0 to 5): house.age_6_10"),
        ({"yields": {"mixed": {"house": 0.9}}}, "the shares make 1.5, not 1"),
        ({"yields": {"from_within_share": 1.5}}, "less than or equal to 1"),
        ({"avoidance": {"max_points": 5}}, "max_points is of no use"),
        ({"public_share": {"change_points": -7, "start": 2027}}, "square brackets"),
        ({"public_share": [{"change_points": -700, "start": 2027}]}, "greater than or equal to -100"),
        ({"program": []}, "Did you mean 'programme'"),
    ],
)
def test_other_hypotheses_that_make_no_sense_are_refused(data: dict[str, object], said: str) -> None:
    assert any(said in fault for fault in told(data))


def test_all_faults_come_at_once() -> None:
    assert len(told({"programme": [{**PROGRAMME, "dwellings": -1}, {**PROGRAMME, "kind": "castle"}], "yields": {"x": 1}})) == 3


def test_hypotheses_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Hypotheses().own_dwellings = False  # type: ignore[misc]


def test_the_example_of_the_page_is_read() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    study = {"until": 2035, **tomllib.loads(example)["study"]}
    read = parse_model(StudyFile, {"territory": "d", "study": study, "scenario": [{"name": "x", "present": True}]}, "page")
    hypotheses = read.study.hypotheses
    assert len(hypotheses.programme) >= 2
    assert len(hypotheses.employment) == 1
    assert hypotheses.public_share
    assert hypotheses.avoidance.is_on


def test_the_page_gives_the_yields_that_are_used() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for kind, yields in (("house", HouseYield()), ("flat", FlatYield()), ("social_flat", SocialFlatYield())):
        cells = [" / ".join(f"{value:.2f}" for value in values) for values in yields.by_class()]
        assert f"| `{kind}` | {' | '.join(cells)} |" in text
    for model in (Yields, EmploymentShock, AvoidanceResponse, MixedShares):
        rates = [name for name, field in model.model_fields.items() if isinstance(field.default, float)]
        for name in rates:
            assert f"`{name}` | {model.model_fields[name].default:g} |" in text, name
