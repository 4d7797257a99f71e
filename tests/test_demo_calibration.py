"""The demo territory keeps to the published figures it stands for, and is the same whenever it is made."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

DATA = Path(__file__).resolve().parents[1] / "data"
COLLEGES, INSEE = DATA / "colleges", DATA / "insee"
LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"


def table(path: Path, separator: str = ";") -> pd.DataFrame:
    return pd.read_csv(path, sep=separator, dtype=str, encoding="utf-8-sig", keep_default_na=False)


def numbers(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    return frame.assign(**{column: frame[column].astype(float) for column in columns})


@pytest.fixture(scope="module")
def ips_2022() -> pd.DataFrame:
    frame = table(COLLEGES / "fr-en-ips-colleges-ap2022.csv")
    return numbers(frame, "effectifs", "ips", "ecart_type_de_l_ips").rename(columns={"ecart_type_de_l_ips": "sd"})


@pytest.fixture(scope="module")
def effectifs_2024() -> pd.DataFrame:
    frame = table(COLLEGES / "fr-en-college-effectifs-niveau-sexe-lv_2024.csv")
    return numbers(frame, "nombre_eleves_total").rename(columns={"numero_college": "uai", "nombre_eleves_total": "effectifs"})


@pytest.fixture(scope="module")
def ips_2024(effectifs_2024: pd.DataFrame) -> pd.DataFrame:
    frame = table(COLLEGES / "fr-en-ips-colleges-ap2023.csv")
    frame = numbers(frame[frame["rentree_scolaire"] == "2024-2025"], "ips", "ecart_type_de_l_ips")
    joined = frame.merge(effectifs_2024[["uai", "effectifs", "rep", "rep0"]], on="uai", validate="one_to_one")
    return joined.rename(columns={"ecart_type_de_l_ips": "sd"})


@pytest.fixture(scope="module")
def sectors() -> pd.DataFrame:
    return table(COLLEGES / "fr-en-carte-scolaire-colleges-publics.csv")


@pytest.fixture(scope="module")
def communes() -> gpd.GeoDataFrame:
    return gpd.read_file(INSEE / "communes-99.geojson").to_crs(2154)


def spread(frame: pd.DataFrame) -> tuple[float, float, float]:
    """Mean, total standard deviation and eta squared, from means, deviations and sizes."""
    weight = frame["effectifs"]
    mean = float(np.average(frame["ips"], weights=weight))
    between = float(np.average((frame["ips"] - mean) ** 2, weights=weight))
    within = float(np.average(frame["sd"] ** 2, weights=weight))
    return mean, (between + within) ** 0.5, between / (between + within)


def test_number_of_colleges_and_pupils(ips_2024: pd.DataFrame) -> None:
    public = ips_2024["secteur"] == "public"
    assert (public.sum(), (~public).sum()) == (125, 32)
    pupils = ips_2024["effectifs"]
    assert pupils[public].sum() == pytest.approx(62_000, rel=0.005)
    assert pupils[~public].sum() / pupils.sum() == pytest.approx(0.187, abs=0.003)
    assert pupils[public].min() > 200
    assert pupils[public].max() < 1_050


@pytest.mark.parametrize("rentree", [2022, 2024])
def test_social_spread(rentree: int, request: pytest.FixtureRequest) -> None:
    frame = request.getfixturevalue(f"ips_{rentree}")
    public = frame[frame["secteur"] == "public"]
    mean, deviation, eta = spread(public)
    assert mean == pytest.approx(89.5, abs=0.3)
    assert deviation == pytest.approx(31.23, abs=0.4)
    assert eta == pytest.approx(0.0956, abs=0.004)
    mean, deviation, eta = spread(frame)
    assert mean == pytest.approx(94.43, abs=0.5)
    assert deviation == pytest.approx(32.6, abs=0.4)
    assert eta == pytest.approx(0.1862, abs=0.006)
    assert public["ips"].min() == pytest.approx(62.8, abs=3)
    assert public["ips"].max() == pytest.approx(113.9, abs=3)


def test_priority_education_goes_to_the_lowest_ips(ips_2024: pd.DataFrame) -> None:
    assert (ips_2024["rep"] == "1").sum() == 32
    assert (ips_2024["rep0"] == "1").sum() == 10
    mean = {label: ips_2024.loc[ips_2024[label] == "1", "ips"].mean() for label in ("rep", "rep0")}
    other = ips_2024.loc[(ips_2024["rep"] == "0") & (ips_2024["rep0"] == "0") & (ips_2024["secteur"] == "public"), "ips"].mean()
    assert mean["rep0"] < mean["rep"] - 5 < other - 10


def test_eight_colleges_in_ten_lose_pupils(sectors: pd.DataFrame) -> None:
    """Births of 2010-2013 fill the collèges of 2024, those of 2020-2023 the collèges of 2034."""
    births = numbers(table(INSEE / "DS_ETAT_CIVIL_NAIS_COMMUNES_data.csv"), "OBS_VALUE", "TIME_PERIOD")
    births = births[births["GEO_OBJECT"] == "COM"]
    part = sectors.groupby(["code_insee", "code_rne"]).size()
    part = (part / part.groupby("code_insee").transform("sum")).rename("part").reset_index()
    change = {}
    for rentree in (2024, 2034):
        born = births[births["TIME_PERIOD"].between(rentree - 14, rentree - 11)].groupby("GEO")["OBS_VALUE"].sum()
        change[rentree] = (part["code_insee"].map(born) * part["part"]).groupby(part["code_rne"]).sum()
    ratio = (change[2034] / change[2024]).filter(regex="^099")
    assert len(ratio) == 125
    assert (ratio < 1).mean() == pytest.approx(0.8, abs=0.04)
    assert ratio.std() > 0.06  # unevenly


def test_communes_form_one_planar_partition(communes: gpd.GeoDataFrame) -> None:
    assert len(communes) == 890
    assert communes.is_valid.all()
    whole = communes.union_all()
    assert whole.geom_type == "Polygon"
    assert len(whole.interiors) == 0
    assert whole.area == pytest.approx(communes.area.sum(), rel=1e-6)


def test_iris_make_up_their_communes(communes: gpd.GeoDataFrame) -> None:
    iris = gpd.read_file(INSEE / "contours-iris-99.geojson").to_crs(2154)
    made = iris.assign(area=iris.area).groupby("INSEE_COM")["area"].sum()
    assert made.to_numpy() == pytest.approx(communes.set_index("code").area.loc[made.index].to_numpy(), rel=1e-6)
    assert iris["CODE_IRIS"].is_unique
    assert (iris["TYP_IRIS"] == "H").sum() > 150


def test_sectors_take_their_official_shapes(sectors: pd.DataFrame, communes: gpd.GeoDataFrame) -> None:
    assert set(communes["code"]) <= set(sectors["code_insee"])
    assert len(set(sectors["code_insee"]) - set(communes["code"])) == 1  # the merged commune
    assert set(sectors["parite"]) == {"", "I", "P", "PI"}
    by_commune = sectors.groupby("code_insee")
    colleges = by_commune["code_rne"].nunique()
    whole = by_commune["secteur_unique"].first() == "O"
    assert (colleges[whole] == 2).sum() == 4
    split = colleges[~whole]
    assert (len(split), split.min(), split.max()) == (17, 2, 8)
    assert sectors.loc[sectors["code_rne"].str.startswith("098"), "code_insee"].nunique() == 2
    assert sectors.loc[sectors["code_rne"].str.startswith("099"), "code_rne"].nunique() == 125


def test_sectors_are_not_simply_the_nearest_college(sectors: pd.DataFrame, communes: gpd.GeoDataFrame) -> None:
    places = table(COLLEGES / "fr-en-adresse-et-geolocalisation-etablissements-premier-et-second-degre.csv")
    places = places[(places["nature_uai"] == "340") & (places["secteur_public_prive_libe"] == "Public")]
    site_m = places[["coordonnee_x", "coordonnee_y"]].astype(float).to_numpy()
    centre = communes.geometry.centroid
    nearest = places["numero_uai"].to_numpy()[cKDTree(site_m).query(np.column_stack([centre.x, centre.y]))[1]]
    own = sectors.groupby("code_insee")["code_rne"].agg(set)
    hits = [uai in own[code] for code, uai in zip(communes["code"], nearest, strict=True)]
    assert np.mean(hits) == pytest.approx(0.77, abs=0.02)


def test_meals_and_kitchens() -> None:
    canteens = numbers(
        table(COLLEGES / "restauration.csv"),
        *("Places assises", "Services par jour", "Repas des demi-pensionnaires", "Repas des adultes"),
    )
    kitchens = table(COLLEGES / "cuisines.csv").set_index("Cuisine (UAI)").replace("", "0").astype(float)
    supplies = table(COLLEGES / "livraisons.csv").set_index("Satellite (UAI)")["Cuisine (UAI)"]
    own = canteens["Repas des demi-pensionnaires"] + canteens["Repas des adultes"]
    ecoles = kitchens["Repas livrés aux écoles (repas/jour)"]
    assert len(canteens) == 115
    assert ecoles.sum() == 9_000
    assert own.sum() + ecoles.sum() == 49_500
    assert canteens["Repas des demi-pensionnaires"].sum() / 62_000 == pytest.approx(0.62, abs=0.005)
    assert (own <= canteens["Places assises"] * canteens["Services par jour"]).all()
    assert len(supplies) == 28
    assert len(kitchens) + len(supplies) == 115
    cook = canteens["Code UAI"].map(supplies).fillna(canteens["Code UAI"])
    cooked = own.groupby(cook).sum() + ecoles
    assert (cooked <= kitchens["Production maximale (repas/jour)"]).all()


def test_boarding_agrees_with_the_canteens() -> None:
    boarding = table(COLLEGES / "fr-en-mode-hebergement-eleves-etablissements-2d.csv")
    boarding = numbers(boarding[boarding["rentree"] == "2024"], "nombre_d_eleves_2d_demi_pensionnaires").set_index("uai")
    canteens = numbers(table(COLLEGES / "restauration.csv"), "Repas des demi-pensionnaires").set_index("Code UAI")
    lunchers = boarding["nombre_d_eleves_2d_demi_pensionnaires"]
    assert (lunchers.loc[canteens.index] == canteens["Repas des demi-pensionnaires"]).all()
    assert (lunchers[boarding["secteur"] == "PUBLIC"] == 0).sum() == 10


def test_capacities_leave_room_in_most_colleges(effectifs_2024: pd.DataFrame) -> None:
    capacity = pd.read_excel(COLLEGES / "capacites.xlsx", sheet_name="Capacités", engine="openpyxl").set_index("N° UAI")
    occupancy = (effectifs_2024.set_index("uai")["effectifs"] / capacity["Places utiles"]).dropna()
    assert len(occupancy) == len(capacity) == 114
    assert occupancy.min() > 0.6
    assert occupancy.max() < 1.08
    assert 1 <= (occupancy > 1).sum() <= 6
    assert occupancy.mean() == pytest.approx(0.83, abs=0.04)
    assert (capacity["Fourchette basse"] < capacity["Fourchette haute"]).all()


def test_enrolment_by_grade_adds_up(effectifs_2024: pd.DataFrame) -> None:
    grades = effectifs_2024[[f"nombre_total_de_{g}emes" for g in (6, 5, 4, 3)]].astype(float)
    assert (grades.sum(axis=1) == effectifs_2024["effectifs"]).all()


def test_ecoles_feed_the_colleges() -> None:
    ecoles = table(COLLEGES / "fr-en-ecoles-effectifs-nb_classes.csv")
    now = numbers(ecoles[ecoles["rentree_scolaire"] == "2024"], "nombre_eleves_elementaire_hors_ulis")
    pupils = now.groupby("secteur")["nombre_eleves_elementaire_hors_ulis"].sum()
    assert pupils["PUBLIC"] == pytest.approx(77_900, rel=0.03)
    assert (ecoles["code_commune_insee"] == ecoles["code_postal"]).all()
    assert now["commune"].nunique() < 600  # many villages have none
    published = table(COLLEGES / "fr-en-ips-ecoles-ap2022.csv")
    assert (published["ips"] == "NS").any()
    assert set(published["uai"]) < set(ecoles["numero_ecole"])


def test_social_level_is_told_alike_by_ecoles_and_incomes() -> None:
    ecoles = table(COLLEGES / "fr-en-ips-ecoles-ap2022.csv")
    ecoles = numbers(ecoles[(ecoles["ips"] != "NS") & (ecoles["secteur"] == "public")], "ips")
    incomes = table(INSEE / "cc_filosofi_2021_COM.csv").set_index("CODGEO")
    secret = incomes["MED21"].isin(["s", "nd"])
    assert 0 < secret.sum() < 80
    assert incomes["TP6021"].isin(["s", "nd"]).mean() > 0.7
    level = ecoles.groupby("code_insee_de_la_commune")["ips"].mean()
    median = incomes.loc[~secret, "MED21"].astype(float)
    both = pd.concat([level, median], axis=1).dropna()
    assert both.corr().iloc[0, 1] > 0.8


def test_population_by_age_comes_from_the_births() -> None:
    sheet = pd.read_excel(INSEE / "estim-pop-dep-sexe-aq.xlsx", sheet_name="2024", header=None, engine="openpyxl")
    row = sheet.index[sheet[0].astype(str) == "99"][0]
    births = numbers(table(INSEE / "DS_ETAT_CIVIL_NAIS_COMMUNES_data.csv"), "OBS_VALUE", "TIME_PERIOD")
    born = births[(births["GEO_OBJECT"] == "COM") & births["TIME_PERIOD"].between(2019, 2023)]["OBS_VALUE"].sum()
    assert sheet.loc[row, 2] == pytest.approx(born, rel=0.08)
    assert 1_350_000 < sheet.loc[row, 22] < 1_600_000


def test_roads_are_noded_connected_and_reach_every_commune(communes: gpd.GeoDataFrame) -> None:
    roads = gpd.read_file(INSEE / "troncon_de_route.gpkg")
    assert roads.crs.to_epsg() == 2154
    assert 4_000 <= len(roads) <= 8_000
    assert roads.sindex.query(roads.geometry, predicate="crosses").shape[1] == 0
    drivable = roads[roads["vitesse_moyenne_vl"] > 0]
    points = np.array([(line.coords[0], line.coords[-1]) for line in drivable.geometry])
    node, inverse = np.unique(points.reshape(-1, 2), axis=0, return_inverse=True)
    tail, head = inverse.reshape(-1, 2).T
    two_way = (drivable["sens_de_circulation"] == "Double sens").to_numpy()
    arcs = np.vstack([np.column_stack([tail, head]), np.column_stack([head, tail])[two_way]])
    graph = coo_array((np.ones(len(arcs)), (arcs[:, 0], arcs[:, 1])), shape=(len(node), len(node)))
    assert connected_components(graph, directed=True, connection="strong")[0] == 1
    reached = gpd.GeoSeries.from_xy(*node.T, crs=2154).sindex.query(communes.geometry, predicate="intersects")[0]
    assert set(reached) == set(range(len(communes)))
    assert {"Type autoroutier", "Route à 2 chaussées", "Route à 1 chaussée", "Chemin"} <= set(roads["nature"])


def test_merged_commune_is_in_the_cog(sectors: pd.DataFrame, communes: gpd.GeoDataFrame) -> None:
    cog = table(INSEE / "v_commune_2025.csv", ",")
    former = set(sectors["code_insee"]) - set(communes["code"])
    delegated = cog[(cog["TYPECOM"] == "COMD") & cog["COM"].isin(former)]
    assert len(delegated) == 1
    assert set(delegated["COMPARENT"]) <= set(communes["code"])
    assert set(cog.loc[cog["TYPECOM"] == "COM", "COM"]) == set(communes["code"])


def test_says_that_it_is_fictional() -> None:
    assert "territoire fictif" in (DATA / "README.md").read_text(encoding="utf-8").lower()
    settings = (DATA / "territory.toml").read_text(encoding="utf-8")
    assert "territoire fictif" in settings
    assert "fictional = true" in settings
    places = table(COLLEGES / "fr-en-adresse-et-geolocalisation-etablissements-premier-et-second-degre.csv")
    assert places["numero_uai"].is_unique
    assert (places["code_departement"] == "099").all()
    for uai in places["numero_uai"]:
        assert uai.startswith("099")
        assert uai[7] == LETTERS[int(uai[:7]) % 23]


def test_folder_stays_small() -> None:
    assert sum(path.stat().st_size for folder in (COLLEGES, INSEE) for path in folder.iterdir()) < 12_000_000


def hashes(folder: Path) -> dict[str, str]:
    files = [path for part in ("insee", "colleges") for path in sorted((folder / part).iterdir())]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two fresh runs of the script, in processes of their own."""
    folders = (tmp_path_factory.mktemp("first"), tmp_path_factory.mktemp("second"))
    runs = [subprocess.Popen([sys.executable, str(DATA / "make_demo.py"), "--out", str(folder)]) for folder in folders]
    assert [run.wait(timeout=180) for run in runs] == [0, 0]
    return folders


def test_same_seed_same_bytes(fresh: tuple[Path, Path]) -> None:
    first, second = (hashes(folder) for folder in fresh)
    assert first == second
    assert len(first) == 30


def test_committed_text_files_are_those_of_the_script(fresh: tuple[Path, Path]) -> None:
    made, kept = ({n: h for n, h in hashes(f).items() if not n.endswith((".gpkg", ".xlsx"))} for f in (fresh[0], DATA))
    assert made == kept


def test_committed_roads_are_those_of_the_script(fresh: tuple[Path, Path]) -> None:
    """By content: another GDAL may pack the same rows otherwise."""
    made, kept = (gpd.read_file(folder / "insee" / "troncon_de_route.gpkg") for folder in (fresh[0], DATA))
    pd.testing.assert_frame_equal(made.drop(columns="geometry"), kept.drop(columns="geometry"))
    assert made.geometry.geom_equals_exact(kept.geometry, tolerance=1e-6).all()


@pytest.mark.parametrize(
    "name",
    [
        "insee/estim-pop-dep-sexe-aq.xlsx",
        "insee/donnees_det_Central.xlsx",
        "insee/donnees_det_Pop_haute.xlsx",
        "insee/donnees_det_Pop_basse.xlsx",
        "colleges/capacites.xlsx",
    ],
)
def test_committed_workbooks_are_those_of_the_script(name: str, fresh: tuple[Path, Path]) -> None:
    made, kept = (pd.read_excel(f / name, sheet_name=None, header=None, engine="openpyxl") for f in (fresh[0], DATA))
    assert list(made) == list(kept)
    for title, sheet in made.items():
        pd.testing.assert_frame_equal(sheet, kept[title])
