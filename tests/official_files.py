"""Small files in the official formats, invented, for the tests of the readers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook

from maillage.errors import Fault, InputError

POSITIONS_HEADER = (
    "numero_uai;appellation_officielle;secteur_public_prive_libe;libelle_commune;coordonnee_x;coordonnee_y;EPSG;"
    "latitude;longitude;nature_uai;etat_etablissement;code_commune"
)
POSITION = "0990001N;Collège Un;Public;Ville;700000.0;6600000.0;EPSG:2154;46.5;3.0;340;1;99001"

IPS_HEADER = (
    "rentree_scolaire;academie;code_du_departement;departement;uai;nom_de_l_etablissment;code_insee_de_la_commune;"
    "nom_de_la_commune;secteur;effectifs;ips;ecart_type_de_l_ips"
)
IPS = "2022-2023;LYON;099;AILLEURS;0990001N;COLLEGE UN;99001;VILLE;public;540.0;110.4;31.3"


def write(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    """A text file of these lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path


def faults_of(read: Callable[[], object]) -> tuple[Fault, ...]:
    """The faults that a reading raises."""
    with pytest.raises(InputError) as caught:
        read()
    return caught.value.faults


def only_fault(read: Callable[[], object]) -> Fault:
    """The one fault that a reading raises."""
    faults = faults_of(read)
    assert len(faults) == 1, [str(fault) for fault in faults]
    return faults[0]


def write_sheet(path: Path, rows: Sequence[Sequence[object]], sheet: str = "Feuille1") -> Path:
    """A spreadsheet of one sheet with these rows."""
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    for row in rows:
        page.append(list(row))
    book.save(path)
    return path
