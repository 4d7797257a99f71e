"""The planner's own tables, whose headers are the planner's: places, kitchens, urban networks, a projection."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

import maillage.sources.schema as schema
from maillage.sources.circuits import CIRCUITS
from maillage.sources.dwellings import DWELLINGS
from maillage.sources.layout import Layout, Sheet, examples, open_sheet
from maillage.sources.pcs import PCS
from maillage.sources.residents import RESIDENTS
from maillage.sources.tables import SHEET_SUFFIXES, sheet_names

_UAI = ("uai", "code_uai", "rne", "code_rne", "numero_uai")

CAPACITY = Layout(
    "capacities",
    {
        "uai": _UAI,
        "capacity": ("capacity", "capacite", "places"),
        "capacity_low": ("capacity_low", "capacite_basse"),
        "capacity_high": ("capacity_high", "capacite_haute"),
    },
    optional=frozenset({"capacity_low", "capacity_high"}),
)

CANTEENS = Layout(
    "canteens",
    {
        "uai": _UAI,
        "seats": ("seats", "couverts", "places_assises", "nombre_de_places"),
        "sittings": ("sittings", "services", "nombre_de_services"),
    },
    optional=frozenset({"sittings"}),
)

KITCHENS = Layout(
    "kitchens",
    {
        "uai": _UAI,
        "production_meals": ("production_meals", "capacite_de_production", "repas_par_jour", "production"),
        "ecole_meals": ("ecole_meals", "repas_ecoles"),
    },
    optional=frozenset({"ecole_meals"}),
)

SUPPLIES = Layout(
    "supplies",
    {
        "kitchen_uai": ("kitchen_uai", "uai_cuisine", "cuisine"),
        "served_uai": ("served_uai", "uai_satellite", "satellite"),
    },
)

URBAN_NETWORKS = Layout(
    "urban networks",
    {
        "commune": ("commune", "code_commune", "code_insee", "insee", "code_insee_de_la_commune", "insee_com"),
        "network": ("network", "urban_network", "reseau", "reseau_urbain", "nom_du_reseau"),
    },
)

BASSINS = Layout(
    "bassins",
    {
        "commune": ("code_insee", "code_commune", "insee_com", "insee", "codgeo", "code_insee_de_la_commune", "commune"),
        "bassin": ("bassin", "nom_du_bassin", "libelle_du_bassin", "bassin_de_vie"),
    },
)

BASSINS_DE_VIE = Layout(
    "bassins de vie", {"commune": ("codgeo",), "bassin": (r"libbv\d{4}",), "code": (r"bv\d{4}",)}, optional=frozenset({"code"})
)
"""INSEE's table of bassins de vie, ``BV2022_au_01-01-AAAA``."""

BASSINS_SHEET = "Composition_communale"

PROJECTION = Layout(
    "projection",
    {
        "rentree": ("rentree", "rentree_scolaire", "annee"),
        "variant": ("variant", "variante", "scenario"),
        "pupils": ("pupils", "effectif", "effectifs", "eleves"),
    },
    optional=frozenset({"variant"}),
)

LAYOUTS = {
    "capacity": CAPACITY,
    "canteens": CANTEENS,
    "kitchens": KITCHENS,
    "supplies": SUPPLIES,
    "urban_networks": URBAN_NETWORKS,
    "circuits": CIRCUITS,
    "dwellings": DWELLINGS,
    "residents": RESIDENTS,
    "pcs": PCS,
    "bassins": BASSINS,
}
"""Layout of each table of the ``[own]`` section."""

_VARIANTS = {
    "": "central", "central": "central", "centrale": "central", "high": "high", "haut": "high", "haute": "high",
    "pop_haute": "high", "low": "low", "bas": "low", "basse": "low", "pop_basse": "low",
}  # fmt: skip

Columns = Mapping[str, str] | None


def read_capacity(path: Path, *, sheet: str | None = None, columns: Columns = None) -> pd.DataFrame:
    """Places of collèges, from the planner's CSV or spreadsheet.

    Parameters
    ----------
    path : Path
    sheet : str, optional
        Sheet of a spreadsheet; the first by default.
    columns : mapping, optional
        Our column names to the planner's headers, such as ``{"capacity": "Capacité utile"}``.

    Returns
    -------
    DataFrame
        ``uai, capacity, capacity_low, capacity_high`` (pupils); the last two NaN where the planner gives none.

    Raises
    ------
    InputError
        Every fault of the file, a low capacity above the capacity or a high one below it included.
    """
    opened = open_sheet(path, [CAPACITY.mapped(columns)], sheet=sheet)
    frame = _numbers(opened, "capacity", "capacity_low", "capacity_high")
    message, remedy = "capacity_low <= capacity <= capacity_high does not hold", "Correct one of the cells"
    disorder = (frame["capacity_low"] > frame["capacity"]) | (frame["capacity_high"] < frame["capacity"])
    opened.note("capacity", message, disorder, remedy)
    return opened.finish(frame, schema.CAPACITY)


def read_canteens(path: Path, *, sheet: str | None = None, columns: Columns = None) -> pd.DataFrame:
    """Dining seats and sittings: ``uai, seats, sittings`` (sittings a day, NaN where not given).

    Parameters and faults as `read_capacity`.
    """
    opened = open_sheet(path, [CANTEENS.mapped(columns)], sheet=sheet)
    return opened.finish(_numbers(opened, "seats", "sittings"), schema.CANTEENS)


def read_kitchens(path: Path, *, sheet: str | None = None, columns: Columns = None) -> pd.DataFrame:
    """Kitchens: ``uai, production_meals, ecole_meals``, in meals a day.

    `production_meals` is NaN where unknown; `ecole_meals`, the meals cooked for écoles, is 0 where not given. Parameters
    and faults as `read_capacity`.
    """
    opened = open_sheet(path, [KITCHENS.mapped(columns)], sheet=sheet)
    frame = _numbers(opened, "production_meals", "ecole_meals")
    beyond = frame["ecole_meals"] > frame["production_meals"]
    opened.note("ecole_meals", "more meals for écoles than the kitchen can cook", beyond, "Correct one of the two cells")
    return opened.finish(frame.fillna({"ecole_meals": 0.0}), schema.KITCHENS)


def read_supplies(path: Path, *, sheet: str | None = None, columns: Columns = None) -> pd.DataFrame:
    """Which kitchen cooks for which canteen: ``kitchen_uai, served_uai``; parameters and faults as `read_capacity`."""
    opened = open_sheet(path, [SUPPLIES.mapped(columns)], sheet=sheet)
    frame = pd.DataFrame({column: opened.codes(column) for column in SUPPLIES.columns})
    return opened.finish(frame, schema.SUPPLIES)


def read_urban_networks(path: Path, *, sheet: str | None = None, columns: Columns = None) -> pd.DataFrame:
    """Which urban transport network serves which commune: ``commune, network``.

    A commune outside all networks needs no row, or an empty cell.

    Parameters and faults as `read_capacity`.
    """
    opened = open_sheet(path, [URBAN_NETWORKS.mapped(columns)], sheet=sheet)
    frame = pd.DataFrame({"commune": opened.codes("commune"), "network": opened.text("network")})
    return opened.finish(frame, schema.URBAN_NETWORKS)


def read_bassins(path: Path, *, sheet: str | None = None, columns: Columns = None) -> pd.DataFrame:
    """Which bassin each commune lies in: ``commune, bassin`` (a name).

    INSEE's workbook of bassins de vie is read as it is published: its sheet of communes, below the title. Two bassins de vie
    of one name are told apart by their codes. Parameters and faults as `read_capacity`.
    """
    layouts = [BASSINS.mapped(columns)] if columns else [BASSINS, BASSINS_DE_VIE]
    opened = open_sheet(path, layouts, sheet=sheet or _bassins_sheet(path), titled=True)
    frame = pd.DataFrame({"commune": opened.codes("commune"), "bassin": opened.text("bassin")})
    if opened.has("code"):
        code = opened.text("code")
        names = code.groupby(frame["bassin"]).transform("nunique")
        frame["bassin"] = frame["bassin"].where(names == 1, frame["bassin"] + " (" + code + ")")
    return opened.finish(frame, schema.BASSINS)


def is_bassins_de_vie(path: Path) -> bool:
    """Whether a spreadsheet is INSEE's workbook of bassins de vie."""
    sheet = _bassins_sheet(path)
    return sheet is not None and not open_sheet(path, [BASSINS_DE_VIE], sheet=sheet, titled=True).faults


def _bassins_sheet(path: Path) -> str | None:
    """INSEE's sheet of communes, if the file has one."""
    workbook = path.suffix.lower() in SHEET_SUFFIXES and path.is_file()
    return BASSINS_SHEET if workbook and BASSINS_SHEET in sheet_names(path) else None


def read_projection(path: Path, *, sheet: str | None = None, columns: Columns = None) -> pd.DataFrame:
    """Totals of public collège pupils to agree with: ``rentree, variant, pupils``.

    `variant` is ``central``, ``high`` or ``low`` (also ``haut``, ``bas``), central where the table has no such column.
    Parameters and faults as `read_capacity`.
    """
    opened = open_sheet(path, [PROJECTION.mapped(columns)], sheet=sheet)
    spelling = opened.text("variant").str.lower().str.replace(" ", "_", regex=False)
    variant = spelling.map(_VARIANTS)
    unknown = variant.isna()
    message = f"not a variant (central, high or low): {examples(spelling[unknown])}"
    opened.note("variant", message, unknown, "Use one of the three")
    frame = pd.DataFrame({"rentree": opened.rentrees(), "variant": variant, "pupils": opened.numbers("pupils")})
    rank = frame["variant"].map({"low": 0, "central": 1, "high": 2})
    ranked = frame.assign(rank=rank)[(frame["pupils"] >= 0) & ~unknown].sort_values(["rentree", "rank"])
    falls = (ranked.groupby("rentree")["pupils"].diff() < 0).reindex(frame.index, fill_value=False)
    opened.note("pupils", "low <= central <= high does not hold in the rentrée", falls, "Correct one of the cells")
    return opened.finish(frame, schema.PROJECTION)


def _numbers(opened: Sheet, *names: str) -> pd.DataFrame:
    return pd.DataFrame({"uai": opened.codes("uai"), **{name: opened.numbers(name) for name in names}})
