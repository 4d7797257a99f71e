"""Names of grades as people write them."""

from __future__ import annotations

import re
from functools import cache

from maillage.sources.tables import normalise
from maillage.territory import ECOLE_GRADES, GRADES

OTHER = "other"
"""A level of school that is neither CP to CM2 nor 6e to 3e."""

_WORDS = {
    "cp": "cp|cours_preparatoire",
    "ce1": "ce_?1|cours_elementaire_(?:1|1ere_annee|premiere_annee)",
    "ce2": "ce_?2|cours_elementaire_(?:2|2e_annee|2eme_annee|deuxieme_annee)",
    "cm1": "cm_?1|cours_moyen_(?:1|1ere_annee|premiere_annee)",
    "cm2": "cm_?2|cours_moyen_(?:2|2e_annee|2eme_annee|deuxieme_annee)",
    "6e": "6(?:_?(?:e|emes?))?|sixiemes?",
    "5e": "5(?:_?(?:e|emes?))?|cinquiemes?",
    "4e": "4(?:_?(?:e|emes?))?|quatriemes?",
    "3e": "3(?:_?(?:e|emes?))?|troisiemes?",
}
_PART = "segpa|ulis|upe2a|ueea|generale?|prepa_metiers|bilangue"
_GRADES = {
    grade: re.compile(f"(?:(?P<before>{_PART})_)?(?:{_WORDS[grade]})(?:_(?P<after>{_PART}))?")
    for grade in (*ECOLE_GRADES, *GRADES)
}
_ELSEWHERE = re.compile(
    "t?ps|ms|gs|tps|(?:toute_)?petite_section|moyenne_section|grande_section|(?:pre_?elementaire|maternelle)"
    "|ulis|ueea|upe2a|(?:2n?de|seconde|1e?re|premiere|tle|term(?:inale)?|cap|bac|bts|cpge)(?:_.*)?"
)


@cache
def grade_of(written: str) -> tuple[str, str] | None:
    """Grade, and the part of its pupils that is meant ("" for all of them); None where it is no level of school known.

    >>> grade_of("6EME SEGPA"), grade_of("Sixième"), grade_of("CM 2"), grade_of("MS"), grade_of("Total")
    (('6e', 'segpa'), ('6e', ''), ('cm2', ''), ('other', ''), None)
    """
    name = normalise(written)
    for grade, pattern in _GRADES.items():
        if found := pattern.fullmatch(name):
            return grade, found["before"] or found["after"] or ""
    return (OTHER, "") if _ELSEWHERE.fullmatch(name) else None
