"""The whole invented département: one seed in, one frozen object out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demo.canteens import Canteens, Capacity, capacities, run_canteens
from demo.ecoles import Ecoles, open_ecoles
from demo.land import COMMUNES, Floats, Ints, Land, build_land, nearest
from demo.names import CODE, commune_names
from demo.people import FIRST_BIRTH, LAST_BIRTH, People, commune_trends, settle, with_births, with_private
from demo.roads import Roads, build_roads
from demo.schools import (
    IPS_WITHIN_SD,
    PRIVATE_BETWEEN_SD,
    PRIVATE_COLLEGES,
    PRIVATE_IPS_MEAN,
    PRIVATE_WITHIN_SD,
    Colleges,
    Sectors,
    assemble,
    calibrate_ips,
    draw_sectors,
    enrol,
    enrol_private,
    label_priority,
    level,
    place_private,
    place_public,
    within_sd,
)

LOSING_SHARE = 0.8
HORIZON = 2034


@dataclass(frozen=True)
class Country:
    """Everything that is written to files; lists are by commune, `iris` by cell, `former` is (code, name, new commune)."""

    land: Land
    people: People
    public: Colleges
    private: Colleges
    sectors: Sectors
    share: Floats
    ecoles: Ecoles
    canteens: Canteens
    capacity: Capacity
    roads: Roads
    code: list[str]
    name: list[str]
    postal: list[str]
    iris: list[str]
    former: tuple[str, str, int]

    def public_pupils(self, rentree: int) -> Floats:
        """Expected pupils of each public collège in a rentrée, present sectors, from the cohorts."""
        sent = self.people.college(self.land, rentree).sum(axis=1) * (1 - self.people.private)
        return sent @ self.share


def build_country(seed: int) -> Country:
    """Draw the département in a fixed order, each stage with its own stream of chance."""
    streams = [np.random.default_rng([seed, stage]) for stage in range(8)]
    land = build_land(streams[0])
    people = settle(land, streams[1])
    private_commune, private_m = place_private(land, people, streams[2])
    people = with_private(people, land, private_m)
    cell, commune, site_m = place_public(land, streams[2])
    sectors = draw_sectors(land, people, cell, streams[3])
    share = sectors.weights(land, people, len(cell))
    people = _choose_births(land, people, share, streams[4])
    pupils = enrol(land, people, share, streams[5])
    people, ips = calibrate_ips(people, land, share, pupils[:, -1].sum(axis=1), streams[5])
    public = _public(commune, site_m, pupils, ips, streams[5])
    private = _private(land, people, private_commune, private_m, streams[6])
    ecoles = open_ecoles(land, people, public.priority, sectors.cell, streams[7])
    canteens, capacity = run_canteens(public, streams[7]), capacities(public, streams[7])
    roads = build_roads(land, streams[7])
    code, name, former = _names(land, streams[7])
    return Country(
        land, people, public, private, sectors, share, ecoles, canteens, capacity, roads,
        code, name, _postal(land), _iris(land, code), former,
    )  # fmt: skip


def _choose_births(land: Land, people: People, share: Floats, rng: np.random.Generator) -> People:
    """Births such that eight collèges in ten lose pupils from the base rentrée to ten years later: bisection on the trend."""
    noise, luck = rng.normal(size=COMMUNES) * 0.07, rng.random((COMMUNES, LAST_BIRTH - FIRST_BIRTH + 1))
    low, high = -0.3, 0.4
    for _ in range(14):
        shift = (low + high) / 2
        draft = with_births(people, land, commune_trends(land, shift, noise), luck)
        now, later = (_sent(land, draft, share, rentree) for rentree in (HORIZON - 10, HORIZON))
        low, high = (shift, high) if np.mean(later < now) > LOSING_SHARE else (low, shift)
    return draft


def _sent(land: Land, people: People, share: Floats, rentree: int) -> Floats:
    return (people.college(land, rentree).sum(axis=1) * (1 - people.private)) @ share


def _public(commune: Ints, site_m: Floats, pupils: Floats, ips: Floats, rng: np.random.Generator) -> Colleges:
    total = pupils[:, -1].sum(axis=1)
    sd = within_sd(ips, total, IPS_WITHIN_SD, rng)
    numbers = np.sort(rng.permutation(420)[: len(ips)]) + 1
    return assemble(numbers, "", commune, site_m, pupils, ips, sd, label_priority(ips, rng), 30, rng)


def _private(land: Land, people: People, commune: Ints, site_m: Floats, rng: np.random.Generator) -> Colleges:
    pupils, taken = enrol_private(land, people, site_m, rng)
    total = pupils[:, -1].sum(axis=1)
    raw = people.ips @ taken / taken.sum(axis=0) + rng.normal(size=PRIVATE_COLLEGES) * 4.0
    ips = level(raw, total, PRIVATE_IPS_MEAN, PRIVATE_BETWEEN_SD)
    sd = within_sd(ips, total, PRIVATE_WITHIN_SD, rng)
    numbers = np.sort(rng.permutation(300)[:PRIVATE_COLLEGES]) + 501
    return assemble(numbers, "PRIVE ", commune, site_m, pupils, ips, sd, [""] * len(ips), 0, rng)


def _names(land: Land, rng: np.random.Generator) -> tuple[list[str], list[str], tuple[str, str, int]]:
    """INSEE codes in alphabetical order; one commune more, since merged into a neighbour."""
    names = commune_names(COMMUNES + 1, rng)
    rank = np.argsort(np.argsort(np.array(names), kind="stable"), kind="stable") + 1
    codes = [f"{CODE}{number:03d}" for number in rank]
    parent = int(np.flatnonzero((land.seat == 0) & (land.population > 900))[3])
    return codes[:-1], names[:-1], (codes[-1], names[-1], parent)


def _postal(land: Land) -> list[str]:
    """Postal codes: that of the nearest town with a collège, so one for about ten communes."""
    seats = np.flatnonzero(land.seat)
    return [f"{CODE}{100 + 9 * int(i):03d}" for i in nearest(land.centre_m[seats], land.centre_m)[1]]


def _iris(land: Land, code: list[str]) -> list[str]:
    """IRIS codes: 0101, 0102, ... in a commune that is cut, 0000 in one that is not."""
    count = np.bincount(land.commune)
    rank = [int(np.sum(land.commune[:i] == c)) for i, c in enumerate(land.commune)]
    return [f"{code[c]}{101 + rank[i]:04d}" if count[c] > 1 else f"{code[c]}0000" for i, c in enumerate(land.commune)]
