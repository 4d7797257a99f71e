"""Both languages say the same things."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files

import pytest

from maillage.indicators import DEFAULT_CRITERIA, INDICATORS
from maillage.ranking import WEIGHT_PROFILES
from maillage.report.words import LANGUAGES, Words
from maillage.scenario import Goals, Rules
from maillage.territory import Estimate

NAMES = re.compile(r"\{(\w+)\}")


def test_both_languages_have_the_same_keys() -> None:
    french, english = Words("fr").sentences, Words("en").sentences
    assert french.keys() == english.keys()
    assert len(french) > 200


def test_both_languages_fill_in_the_same_names() -> None:
    french, english = Words("fr").sentences, Words("en").sentences
    for key in french:
        assert set(NAMES.findall(french[key])) == set(NAMES.findall(english[key])), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_the_library_names_has_a_word(language: str) -> None:
    words = Words(language).sentences
    families = {item.values.__module__.rpartition(".")[2] for item in INDICATORS.values()}
    wanted = [f"indicator.{name}" for name in INDICATORS] + [f"family.{name}" for name in families]
    wanted += [f"criterion.{name}" for name in DEFAULT_CRITERIA] + [f"profile.{name}" for name in WEIGHT_PROFILES]
    wanted += [f"goal.{name}" for name in Goals.model_fields if name != "mix_measure"]
    wanted += [f"rule.capacity_{kind}" for kind in ("central", "low", "high", "none")]
    wanted += [f"rule.{name}" for name in Rules.model_fields if name not in ("capacity", "canteen", "futures")]
    wanted += ["rule.futures_one", "rule.futures_many"]
    assert [key for key in wanted if key not in words] == []


def test_no_word_is_left_unused() -> None:
    """A key stands in the code whole, or begins like one that is put together there: ``f"goal.{name}"``."""
    report = files("maillage.report")
    folders = [report, report.joinpath("templates")]
    text = "".join(f.read_text(encoding="utf-8") for folder in folders for f in folder.iterdir() if f.is_file())
    whole = set(re.findall(r'"([a-z]+\.\w*[a-z])"', text))
    begun = (*re.findall(r'"([a-z]+\.\w*)\{', text), *re.findall(r'"([a-z]+\.\w*)" ~', text), "terms.")
    counted = {f"{key}_{ending}" for key in whole for ending in ("one", "many", "none")}
    keys = Words("en").sentences
    assert [key for key in keys if key not in whole | counted and not key.startswith(begun)] == []
    assert [key for key in whole if key.partition(".")[0] in {k.partition(".")[0] for k in keys} and not _known(key)] == []


def _known(key: str) -> bool:
    return any(name == key or name.startswith(f"{key}_") for name in Words("en").sentences)


def test_french_has_its_spaces_and_apostrophes() -> None:
    words = Words("fr")
    told = words("summary.first", profile="équilibré", code="S1", title="Accès", score="80")
    assert "«\u00a0équilibré\u00a0»" in told
    assert words("scenarios.rules", rules="aucune") == "Règles\u00a0: aucune."
    assert "'" not in "".join(words.sentences.values())


def test_numbers_choose_the_sentence() -> None:
    words = Words("en")
    assert words.number("maps.moved", 1).startswith("One commune")
    assert words.number("maps.moved", 3).startswith("3 communes")


def test_recorded_texts_are_told_in_french() -> None:
    words = Words("fr")
    assert words.recorded("no boarding figures: 62% of pupils are taken to lunch at the collège") == (
        "pas de données d’hébergement\u00a0: 62\u202f% des élèves sont supposés déjeuner au collège"
    )
    assert words.recorded("a text nobody has met") is None
    assert Words("en").recorded("a text nobody has met") == "a text nobody has met"


def test_recorded_lists_are_told_part_by_part() -> None:
    words = Words("fr")
    told = words.recorded("capacity: 12 pupils too many at 0620001A in 2027; and 3 more")
    assert told == "capacité des collèges\u00a0: 12 élèves de trop à 0620001A en 2027\u202f; et 3 autres"
    assert words.recorded("capacity: something else") is None


def test_recorded_patterns_are_sound() -> None:
    text = files("maillage.report.words").joinpath("recorded.toml").read_text(encoding="utf-8")
    for pattern, told in tomllib.loads(text).items():
        groups = {int(g) for g in re.findall(r"\\(\d)", told)}
        assert groups <= set(range(1, re.compile(pattern).groups + 1)), pattern


def test_an_estimate_of_the_assembly_is_known() -> None:
    estimate = Estimate("capacity", 3, 6, "no capacity given: largest enrolment of the 2 rentrée(s) known, divided by 0.92 "
                        "(central) or 0.85 (high), rounded up to divisions of 25; undivided (low)")  # fmt: skip
    assert Words("fr").recorded(estimate.quantity) == "Capacité des collèges"
    assert "divisé par 0,92" in str(Words("fr").recorded(estimate.method))
