"""What is told of the diagnosis, of each scenario and of the ranking, made from facts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from maillage.plan import Breach
from maillage.report.comparison import PlanFacts
from maillage.report.facts import Facts
from maillage.report.format import NOBODY
from maillage.report.prospects import LEVEL
from maillage.report.standing import RankingFacts
from maillage.report.voice import Voice

PLACES = 10
"""Places named where some are too far from any road."""

TIME_BANDS = {
    "near": "share_within_15_min",
    "middle": "share_15_to_30_min",
    "far": "share_30_to_45_min",
    "over30": "share_above_30_min",
    "over45": "share_above_45_min",
}
"""Bands of journey time, by the name that they have in a sentence."""


def enrolment(voice: Voice) -> Iterator[str]:
    """Pupils today and at the horizon."""
    facts, say, n, d = voice.facts, voice.words, voice.numbers, voice.facts.diagnosis
    ends = {name: n.number(series[-1][1]) for name, series in d.projected}
    base, horizon = d.observed[-1][1], d.projected[0][1][-1][1]
    change = n.percent(horizon / base - 1, 1, signed=True)
    yield say("diagnosis.enrolment", base=facts.base, until=facts.until, pupils=n.number(base), change=change, **ends)
    if facts.supposed:
        yield say("summary.supposed_here", section=say("sections.summary"))
    yield say("diagnosis.bracket")
    if d.losing:
        yield say("diagnosis.losing", n=d.losing, total=len(facts.colleges), many=d.losing_much)
    else:
        yield say("diagnosis.losing_none")
    if d.uniform:
        yield say("diagnosis.uniform")


def prospects(voice: Voice) -> Iterator[str]:
    """How sure the projection is."""
    facts, say, n, p = voice.facts, voice.words, voice.numbers, voice.facts.prospects
    share, whole = n.percent(LEVEL), p.whole
    if facts.supposed:
        yield say("summary.supposed_here", section=say("sections.summary"))
    if not p.futures:
        yield say("projection.none")
    else:
        yield say("projection.intro", n=n.number(p.futures), variant=say(f"variant.{facts.variant}"), level=share)
    years = {"base": facts.base, "until": facts.until}
    yield say("projection.whole", pupils=n.count(whole.base.value), then=voice.figure(whole.projected), **years)
    if p.futures:
        yield say("projection.whole_interval", level=share, low=voice.figure(whole.low), high=voice.figure(whole.high))
        yield say("projection.caution")


def occupancy(voice: Voice) -> Iterator[str]:
    """How full the collèges are and will be."""
    facts, d = voice.facts, voice.facts.diagnosis
    yield voice.words(
        "diagnosis.capacity_text",
        base=facts.base,
        until=facts.until,
        now=voice.figure(d.now["occupancy"]),
        then=voice.figure(d.later["occupancy"]),
        over_now=voice.figure(d.now["colleges_occupancy_over_100"]),
        over_then=voice.figure(d.later["colleges_occupancy_over_100"]),
        under_now=voice.figure(d.now["colleges_occupancy_under_60"]),
        under_then=voice.figure(d.later["colleges_occupancy_under_60"]),
    )


def mix(voice: Voice) -> Iterator[str]:
    """How mixed the collèges are."""
    say, n, now, territory = voice.words, voice.numbers, voice.facts.diagnosis.now, voice.facts.territory
    names = {"mean": "ips_mean", "low": "ips_min", "high": "ips_max"}
    figures = {key: voice.figure(now[name]) for key, name in names.items()}
    yield say("diagnosis.mix_text", eta=voice.share(now["eta_squared"]), **figures)
    if len(territory.private):
        yield say.number("diagnosis.mix_private", len(territory.private), eta_all=voice.share(now["eta_squared_with_private"]))
    threshold, share = n.number(territory.group_ips, 1), n.percent(territory.group_share)
    convention = "diagnosis.mix_dissimilarity_pcs" if territory.group_observed else "diagnosis.mix_dissimilarity"
    yield say(convention, threshold=threshold, share=share, d=voice.figure(now["dissimilarity"]))
    labels = [college.priority for college in voice.facts.colleges]
    if any(labels):
        yield say("diagnosis.mix_priority", rep=labels.count("REP"), repplus=labels.count("REP+"))
    yield say("diagnosis.mix_caution")


def travel(voice: Voice) -> Iterator[str]:
    """How far pupils travel."""
    facts, say, now = voice.facts, voice.words, voice.facts.diagnosis.now
    cut_off = now["unreachable_pupils"]
    if (cut_off.value or 0.0) >= NOBODY:
        yield say("diagnosis.travel_none", pupils=voice.figure(cut_off), share=voice.figure(now["share_without_journey"]))
    if facts.off_roads:
        listed = say.listed([*facts.off_roads[:PLACES], *(["…"] if len(facts.off_roads) > PLACES else [])])
        yield say.number("diagnosis.travel_off_roads", len(facts.off_roads), names=listed)
    if now["travel_mean_min"].value is not None:
        names = {"mean": "travel_mean_min", "p90": "travel_p90_min"} | TIME_BANDS
        figures = {key: voice.figure(now[name]) for key, name in names.items()}
        yield say("diagnosis.travel_text", mode=say.get(f"mode.{facts.travel_mode}", facts.travel_mode), **figures)
        yield say("diagnosis.travel_bands", **figures)
    known = facts.territory.urban_networks is not None
    carried = voice.figure(now["bus_eligible_pupils"])
    yield say("diagnosis.travel_bus" if known else "diagnosis.travel_bus_unknown", pupils=carried)
    unknown = now["unknown_distance_pupils"]
    if (unknown.value or 0.0) >= NOBODY:
        yield say("diagnosis.travel_bus_lost", pupils=voice.figure(unknown))
    if facts.travel_approximate:
        yield say(f"diagnosis.travel_approximate{_by_circuit(facts)}")


def travel_method(voice: Voice) -> str:
    """How journeys were timed, by the means of travel."""
    facts, say = voice.facts, voice.words
    if facts.travel_mode == "circuit":
        return say(f"method.travel_circuit{'_approximate' if facts.travel_approximate else ''}")
    if facts.travel_approximate:
        return say("method.travel_approximate")
    return say("method.travel_network", mode=say.get(f"mode.{facts.travel_mode}", facts.travel_mode))


def travel_caution(voice: Voice) -> str:
    """What approximate journeys are good for."""
    return voice.words(f"summary.travel_approximate{_by_circuit(voice.facts)}")


def _by_circuit(facts: Facts) -> str:
    """The end of a key: on a timetable only the walks are approximate."""
    return "_circuit" if facts.travel_mode == "circuit" else ""


def canteens(voice: Voice) -> Iterator[str]:
    """How loaded the canteens are."""
    facts, say, d = voice.facts, voice.words, voice.facts.diagnosis
    assumed = 0 < d.lunch_colleges == d.lunch_assumed
    key = "diagnosis.canteen_all_assumed" if assumed else "diagnosis.canteen_text"
    yield say(key, n=d.lunch_colleges, total=len(facts.colleges), lunches=voice.figure(d.now["lunches"]))
    if d.lunch_assumed and not assumed:
        yield say.number("diagnosis.canteen_assumed", d.lunch_assumed)
    if d.ecole_meals:
        yield say("diagnosis.canteen_ecoles", meals=voice.numbers.count(d.ecole_meals))
    if d.places_known:
        extent = "_all_estimated" if d.places_estimated == d.places_known else "_estimated" if d.places_estimated else ""
        over = voice.figure(d.now["canteens_over_places"])
        yield say(
            f"diagnosis.canteen_places{extent}",
            known=d.places_known - d.places_estimated,
            estimated=d.places_estimated,
            over=over,
        )
    else:
        yield say("diagnosis.canteen_unknown")


def brief(voice: Voice, plan: PlanFacts) -> Iterator[str]:
    """What a scenario asks and decides."""
    say, n = voice.words, voice.numbers
    if plan.scenario.present:
        yield say("scenarios.present")
        return
    weights = plan.scenario.goals.model_dump(exclude={"mix_measure"})
    goals = [
        say("scenarios.goal_weight", goal=say(f"goal.{name}"), weight=n.number(weight, int(weight % 1 > 0)))
        for name, weight in weights.items()
        if weight
    ]
    yield say("scenarios.goals", goals=say.listed(goals))
    yield say("scenarios.rules", rules=say.listed([*levers(voice, plan), *rules(voice, plan)]))
    yield closures(voice, plan)
    yield from empty(voice, plan)


def levers(voice: Voice, plan: PlanFacts) -> Iterator[str]:
    """What a scenario asks of the network, in words."""
    say, scenario = voice.words, plan.scenario
    if scenario.close is not None:
        yield say("rule.close_zero") if scenario.close == 0 else say.number("rule.close", scenario.close)
    known = {college.uai: f"{college.name} ({college.commune})" for college in voice.facts.colleges}
    for key, uais in (("close_named", scenario.close_named), ("keep_open", scenario.keep_open)):
        if uais:
            yield say(f"rule.{key}", names=say.listed(known.get(uai, uai) for uai in uais))


def rules(voice: Voice, plan: PlanFacts) -> Iterator[str]:
    """The rules of a scenario, in words."""
    say, n, asked = voice.words, voice.numbers, plan.scenario.rules
    yield say(f"rule.capacity_{asked.capacity}")
    if asked.min_pupils:
        yield say("rule.min_pupils", n=n.number(asked.min_pupils))
    if asked.max_minutes is not None:
        yield say("rule.max_minutes", n=n.number(asked.max_minutes, int(asked.max_minutes % 1 > 0)))
    if asked.max_moved_share is not None:
        yield say("rule.max_moved_share", n=n.percent(asked.max_moved_share))
    if asked.canteen == "seats":
        yield say("rule.canteen_seats")
    if asked.contiguous:
        yield say("rule.contiguous")
    if asked.futures:
        yield say.number("rule.futures", asked.futures)
    if asked.max_dissimilarity is not None:
        yield say("rule.max_dissimilarity", n=n.number(asked.max_dissimilarity, 3))


def closures(voice: Voice, plan: PlanFacts, key: str = "scenarios.closure") -> str:
    """Which collèges close: the sentence ``key_none``, ``key_one`` or ``key_many``."""
    say = voice.words
    return say.number(key, len(plan.closed), names=say.listed(plan.closed)) if plan.closed else say(f"{key}_none")


def empty(voice: Voice, plan: PlanFacts) -> Iterator[str]:
    """The collèges that a plan keeps open without any pupil at the horizon: closed in all but name."""
    facts = voice.facts
    position = facts.plans.index(plan)
    without = [
        f"{college.name} ({college.commune})"
        for college in facts.colleges
        if (state := college.plans[position]).open and state.pupils.value is not None and state.pupils.value < NOBODY
    ]
    if without:
        yield voice.words.number("scenarios.empty", len(without), until=facts.until, names=voice.words.listed(without))


def breach(voice: Voice, found: Breach) -> str:
    """A rule that today's sectors do not respect, with the collèges' names for their UAI."""
    say = voice.words
    known = {college.uai: f"{college.name} ({college.commune})" for college in voice.facts.colleges}
    place = say.recorded(found.where) or found.where
    place = re.sub(r"\d{7}[A-Z]", lambda uai: known.get(uai[0], uai[0]), place)
    when = [] if found.rentree is None else [found.rentree]
    future = [] if found.future is None else [say("scenarios.breach_future", n=found.future)]
    where = say.listed([place, *when, *future])
    rule = say.get(f"breach.{found.rule.replace(' ', '_')}", found.rule)
    if found.excess == float("inf"):
        return say("scenarios.breach_no_journey", rule=rule, where=where)
    digits = 0 if found.excess >= 10 else 1 if found.excess >= 1 else 3
    excess = voice.numbers.number(found.excess, digits)
    return say("scenarios.breach", rule=rule, where=where, excess=excess, unit=voice.unit(found.unit))


def moves(voice: Voice, plan: PlanFacts) -> Iterator[str]:
    """Who changes collège."""
    say = voice.words
    if not plan.moved_units:
        yield say("maps.moved_none")
        return
    yield say.number("maps.moved", plan.moved_units)
    yield say("maps.moved_pupils", start=voice.facts.start, **voice.moved(plan))
    yield say("maps.moved_list", names=say.listed(plan.moved_names))


def left_out(voice: Voice, ranking: RankingFacts) -> str:
    """Criteria that the data cannot measure."""
    return voice.words("ranking.left_out", names=voice.words.listed(voice.criterion(name) for name in ranking.left_out))


def flip(voice: Voice, ranking: RankingFacts) -> str:
    """Which weight has to rise, and how far, before another scenario is first."""
    if ranking.flip is None:
        return voice.words("ranking.no_flip")
    criterion, weight, then, code = ranking.flip
    shares = {"weight": voice.numbers.percent(weight), "then": voice.numbers.percent(then)}
    return voice.words("ranking.flip", criterion=voice.criterion(criterion), code=code, **shares)
