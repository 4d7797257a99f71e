"""How many pupils, how sure, and why: the projection of the demo territory. ``python examples/enrolment.py``."""

from __future__ import annotations

from pathlib import Path

import maillage
from maillage import EmploymentShock, Hypotheses, Programme

DATA = Path(__file__).resolve().parents[1] / "data"


def main(picture: Path = Path("effectifs.png")) -> None:
    """Project, look at one collège, suppose dwellings and jobs, and compare an earlier projection with what happened."""
    territory = maillage.load_territory(DATA)
    demand = maillage.project_enrolment(territory, until=2034, draws=200, seed=1)
    print(*demand.method, sep="\n")

    # Every collège under today's sectors: whole pupils, 80 % interval; `exported=True` where a table leaves the house.
    colleges = demand.by_college(maillage.today_sectors(territory), territory)
    table = colleges.to_pandas(exported=True)
    uai = str(colleges.code[3])
    print(table[(table["code"] == uai) & (table["grade"] == "total")].to_string(index=False))
    colleges.plot(uai).figure.savefig(picture, dpi=150)

    # Where does the figure of 2031 come from?
    print(demand.why(territory, uai, 2031, grade="5e").round(3).to_string(index=False))

    # A programme of dwellings in its commune, and a thousand jobs around: what would they add to this one of its collèges? Two
    # families in three come from the territory itself, and one job in three is for somebody who moves in.
    commune = str(territory.colleges.commune[3])
    supposed = Hypotheses(
        programme=(Programme(name="Les Tilleuls", communes=commune, delivered={2027: 120, 2029: 80}),),
        employment=(EmploymentShock(name="Usine", jobs=1_000, start=2027, until=2030, communes=commune),),
    )
    more = maillage.project_enrolment(territory, until=2034, hypotheses=supposed)
    added = more.by_college(maillage.today_sectors(territory)).total()[3] - colleges.total()[3]
    print({int(rentree): round(float(pupils), 1) for rentree, pupils in zip(more.rentrees, added, strict=True)})

    # What would the projection of 2021 have said of 2022 to 2024?
    print(maillage.backtest(territory, origin=2021, horizon=3).summary().round(1).to_string(index=False))


if __name__ == "__main__":
    main()
