"""Enrolment of collèges by grade, in the three generations of the official header."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from demo.country import Country
from demo.formats import words, write_csv
from demo.names import ACADEMY, CODE, NAME, REGION, capitals
from demo.schools import RENTREES, Colleges

_LANGUAGES = (
    "lv1_allemand",
    "lv1_anglais",
    "lv1_espagnol",
    "lv1_autres",
    "lv2_allemand",
    "lv2_anglais",
    "lv2_espagnol",
    "lv2_italien",
    "lv2_autres",
)
_LANGUAGE_LABELS = tuple(
    f"{lv} {language}"
    for lv, languages in (
        ("LV1", ("allemand", "anglais", "espagnol", "autres langues")),
        ("LV2", ("allemand", "anglais", "espagnol", "italien", "autres langues")),
    )
    for language in languages
)
_TOTAL_LABEL = (
    "Nombre d'élèves total (nombre d'élèves dans les formations du 1er cycle du 2nd degré et non du nombre total d'élèves "
    "inscrits dans l'établissement, les DIMA et les dispositifs-relais sont exclus)"
)
_LANGUAGE_SHARES = {6: (0.03, 0.95, 0.02, 0, 0, 0.02, 0, 0, 0), 5: (0.03, 0.95, 0.02, 0, 0.17, 0.05, 0.7, 0.08, 0)}


def write_college_effectifs(country: Country, folder: Path) -> None:
    """Rentrées 2019-2021 with technical names, 2022-2023 with labels and BOM, 2024 with the newest names."""
    name = "fr-en-college-effectifs-niveau-sexe-lv"
    write_csv(folder / f"{name}_2019-2021.csv", _technical_header(), _rows(country, RENTREES[:3]))
    write_csv(folder / f"{name}_2022-2023_labels.csv", _label_header(), _rows(country, RENTREES[3:5]), bom=True)
    write_csv(folder / f"{name}_2024.csv", _new_header(), _new_rows(country, RENTREES[-1]))


def _technical_header() -> list[str]:
    head = words(
        "rentree_scolaire region_academique academie departement commune numero_college denomination_principale patronyme "
        "secteur rep rep_plus nombre_eleves_total nombre_eleves_total_hors_segpa_hors_ulis nombre_eleves_segpa "
        "nombre_eleves_ulis"
    )
    for g in (6, 5, 4, 3):
        head += [
            f"{g}eme_total",
            f"{g}eme_hors_segpa_hors_ulis",
            f"{g}eme_segpa",
            f"{g}eme_ulis",
            f"{g}eme_filles",
            f"{g}emes_garcons",
        ]
        head += [f"{g}eme_{language}" for language in _LANGUAGES]
    return head


def _label_header() -> list[str]:
    head = ["Rentrée scolaire", "Région académique", "Académie", "Département", "Commune", "Numéro du collège"]
    head += ["Dénomination principale", "Patronyme", "Secteur", "REP", "REP +", _TOTAL_LABEL]
    head += [f"Nombre d'élèves total {part}" for part in ("hors Segpa hors ULIS", "Segpa", "ULIS")]
    for g in (6, 5, 4, 3):
        head.append(f"Nombre total de {g}èmes")
        head += [
            f"Nombre de {g}èmes {part}"
            for part in ("hors Segpa hors ULIS", "Segpa", "ULIS", "filles", "garçons", *_LANGUAGE_LABELS)
        ]
    return head


def _new_header() -> list[str]:
    head = words(
        "rentree_scolaire region_academique academie code_dept departement code_commune commune numero_college "
        "denomination_principale patronyme secteur rep rep0 nombre_eleves_total nombre_eleves_total_hors_segpa_hors_ulis "
        "nombre_d_eleves_total_segpa nombre_d_eleves_total_ulis"
    )
    for g in (6, 5, 4, 3):
        head += [f"nombre_total_de_{g}emes", f"{g}eme_filles", f"{g}emes_garcons"]
    return [*head, "code_postal"]


def _rows(country: Country, rentrees: tuple[int, ...]) -> list[list[object]]:
    rows = []
    for rentree in rentrees:
        for table, secteur in ((country.public, "PUBLIC"), (country.private, "PRIVE")):
            for row in range(len(table)):
                town = capitals(country.name[int(table.commune[row])])
                counts = [value for grade in _grades(table, row, rentree) for value in grade]
                rows.append(
                    [
                        rentree,
                        REGION,
                        ACADEMY,
                        capitals(NAME),
                        town,
                        *_who(table, row, secteur),
                        *_totals(table, row, rentree),
                        *counts,
                    ]
                )
    return rows


def _new_rows(country: Country, rentree: int) -> list[list[object]]:
    rows = []
    for table, secteur in ((country.public, "PUBLIC"), (country.private, "PRIVE")):
        for row in range(len(table)):
            commune = int(table.commune[row])
            town = [country.code[commune], capitals(country.name[commune])]
            counts = [grade[i] for grade in _grades(table, row, rentree) for i in (0, 4, 5)]
            head = [f"{rentree}-01-01", REGION, ACADEMY, f"{CODE:0>3}", capitals(NAME), *town, *_who(table, row, secteur)]
            rows.append([*head, *_totals(table, row, rentree), *counts, country.postal[commune]])
    return rows


def _who(table: Colleges, row: int, secteur: str) -> list[object]:
    label = table.priority[row]
    name = capitals(table.name[row].removeprefix("PRIVE "))
    kind = "COLLEGE" if secteur == "PUBLIC" else "COLLEGE PRIVE"
    return [table.uai[row], kind, name, secteur, int(label == "REP"), int(label == "REP+")]


def _totals(table: Colleges, row: int, rentree: int) -> list[int]:
    total = int(table.total(rentree)[row])
    segpa, ulis = int(table.segpa[row]), int(table.ulis[row])
    return [total, total - segpa - ulis, segpa, ulis]


def _grades(table: Colleges, row: int, rentree: int) -> list[list[int]]:
    """Counts of each grade: total, without SEGPA and ULIS, SEGPA, ULIS, girls, boys, languages."""
    grades = []
    for rank, total in enumerate(table.pupils[row, RENTREES.index(rentree)].astype(int).tolist()):
        segpa = int(np.diff(np.linspace(0, table.segpa[row], 5).round())[rank])
        ulis = int(np.diff(np.linspace(0, table.ulis[row], 5).round())[rank])
        girls = round(total * (0.485 + 0.004 * ((row * 7 + rank * 3) % 9 - 4)))
        languages = [round(total * share) for share in _LANGUAGE_SHARES[6 if rank == 0 else 5]]
        grades.append([total, total - segpa - ulis, segpa, ulis, girls, total - girls, *languages])
    return grades
