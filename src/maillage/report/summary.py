"""The summary, made from facts: every conclusion follows from the numbers, none is written beforehand."""

from __future__ import annotations

from collections.abc import Iterator

from maillage.report.comparison import PlanFacts
from maillage.report.format import NOBODY
from maillage.report.standing import DRAWS, RankingFacts
from maillage.report.telling import closures, flip, travel_caution
from maillage.report.voice import Voice

ROBUST, FAIRLY = 0.8, 0.5
"""Shares of the draws from which a first place is called robust, or fairly stable."""

EFFECTS = (
    "travel_mean_min",
    "dissimilarity",
    "eta_squared_with_private",
    "colleges_occupancy_over_100",
    "lunches_beyond_places",
)
"""Indicators the summary compares with today's sectors."""

CUT_OFF = "unreachable_pupils"
"""Compared too where somebody has no journey: the mean journey is that of the others."""

OVERLOADS = ("capacity", "canteen")
"""Criteria whose mean over the period is told beside the horizon's figures."""


def asked(voice: Voice) -> str:
    """What the study compares."""
    facts, say = voice.facts, voice.words
    count = len(facts.plans) + len(facts.impossible) + len(facts.unsolved)
    solved = "" if len(facts.plans) == count else _solved(voice)
    values = {
        "solved": solved,
        "territory": facts.territory.name,
        "start": facts.start,
        "until": facts.until,
        "colleges": len(facts.colleges),
    }
    return say.number("summary.asked", count, variant=say(f"variant.{facts.variant}"), **values)


def _solved(voice: Voice) -> str:
    count = len(voice.facts.plans)
    return voice.words.number("summary.solved", count) if count else voice.words("summary.solved_none")


def answer(voice: Voice) -> Iterator[str]:
    """What comes first, and what comes next."""
    say, ranking = voice.words, voice.facts.ranking
    if ranking is None:
        yield say("ranking.too_few")
        return
    first, second = ranking.places[:2]
    key = "summary.first_present" if first.plan.scenario.present else "summary.first"
    yield say(key, profile=voice.profile(ranking.profile), score=voice.score(first.score), **_named(first.plan))
    key = "summary.level" if second.rank == first.rank else "summary.next"
    yield say(key, score=voice.score(second.score), **_named(second.plan))


def effects(voice: Voice) -> Iterator[str]:
    """What the first scenario changes, against today's sectors at the horizon."""
    say, ranking, reference = voice.words, voice.facts.ranking, voice.facts.reference
    if ranking is None or reference is None or ranking.places[0].plan is reference:
        return
    first = ranking.places[0].plan
    yield closures(voice, first, "summary.closes")
    yield say("summary.moves", **_moved(voice, first)) if first.moved_units else say("summary.moves_none")
    both = (reference, first)
    shown = (CUT_OFF, *EFFECTS) if any(map(_cuts_off, both)) else EFFECTS
    yield from (_change(voice, name, *both) for name in shown if all(_told(plan, name) for plan in both))
    yield from _means(voice, ranking, reference)


def _cuts_off(plan: PlanFacts) -> bool:
    """Whether somebody has no way to collège."""
    return _told(plan, CUT_OFF) and (plan.figures[CUT_OFF].value or 0.0) >= NOBODY


def _means(voice: Voice, ranking: RankingFacts, reference: PlanFacts) -> Iterator[str]:
    """Overloads of the whole period: enrolment that falls can hide them at the horizon."""
    values = {plan.code: cells for plan, cells in ranking.values}
    facts = voice.facts
    for (name, indicator, *_), after, before in zip(
        ranking.criteria, values[ranking.places[0].plan.code], values[reference.code], strict=True
    ):
        if name in OVERLOADS and after.shown != before.shown:
            told = {"label": voice.indicator(indicator), "after": voice.figure(after), "before": voice.figure(before)}
            yield voice.words("summary.mean", start=facts.start, until=facts.until, **told)


def _moved(voice: Voice, plan: PlanFacts) -> dict[str, str]:
    return {"pupils": voice.figure(plan.figures["moved_pupils"]), "share": voice.figure(plan.figures["moved_share"])}


def _told(plan: PlanFacts, name: str) -> bool:
    return name in plan.figures and plan.figures[name].shown is not None


def _change(voice: Voice, name: str, reference: PlanFacts, first: PlanFacts) -> str:
    before, after = reference.figures[name], first.figures[name]
    gap = (after.shown or 0.0) - (before.shown or 0.0)
    key = "same" if gap == 0 else "lower" if gap < 0 else "higher"
    values = {"label": voice.indicator(name), "after": voice.figure(after), "before": voice.figure(before)}
    return voice.words(f"summary.change_{key}", **values)


def certainty(voice: Voice) -> Iterator[str]:
    """How far the first place and its plan can be trusted."""
    say, ranking = voice.words, voice.facts.ranking
    if ranking is not None:
        yield from _stability(voice, ranking)
        efficient = sorted(place.plan.code for place in ranking.places if place.efficient)
        if len(efficient) == len(ranking.places):
            yield say("summary.pareto_all")
        else:
            yield say.number("summary.pareto", len(efficient), names=say.listed(efficient))
        if ranking.places[0].plan.status != "present":
            yield proof(voice, ranking.places[0].plan)
        yield from unproven(voice, ranking)
    if voice.facts.impossible:
        names = say.listed(say("summary.quoted", name=scenario.label) for scenario, _ in voice.facts.impossible)
        section = say("sections.scenarios")
        yield say.number("summary.impossible", len(voice.facts.impossible), names=names, section=section)
    if voice.facts.unsolved:
        names = say.listed(say("summary.quoted", name=scenario.label) for scenario, _ in voice.facts.unsolved)
        yield say.number("summary.unsolved", len(voice.facts.unsolved), names=names)


def proof(voice: Voice, plan: PlanFacts) -> str:
    """How good a plan is proven to be."""
    say = voice.words
    if plan.gap == float("inf"):
        return say("summary.proof_unbounded", code=plan.code)
    return say(f"summary.proof_{plan.status}", code=plan.code, gap=voice.numbers.percent(plan.gap, 2))


def unproven(voice: Voice, ranking: RankingFacts) -> Iterator[str]:
    """Which of the other plans could still be improved, so that their places are not final."""
    say, (first, *others) = voice.words, [place.plan for place in ranking.places]
    loose = sorted((plan for plan in others if plan.status == "feasible"), key=lambda plan: plan.code)
    if loose:
        key = "summary.unproven" if first.status == "feasible" else "summary.unproven_first"
        gaps = {plan.code: voice.numbers.percent(plan.gap, 1) for plan in loose}
        yield say.number(key, len(loose), names=say.listed(say("summary.unproven_gap", code=c, gap=g) for c, g in gaps.items()))


def cautions(voice: Voice) -> Iterator[str]:
    """What the reader must keep in mind."""
    say, facts = voice.words, voice.facts
    if facts.supposed:
        yield say("summary.supposed")
        yield from map(voice.recorded, facts.supposed)
    estimated = sum(college.capacity.estimated for college in facts.colleges)
    if estimated:
        yield say.number("summary.capacity", estimated, total=len(facts.colleges))
    if facts.travel_approximate:
        yield travel_caution(voice)
    yield say("method.grades", start=facts.start)
    yield (
        say("summary.avoidance_supposed", section=say("sections.method")) if facts.families_answer else say("summary.avoidance")
    )
    yield say("summary.decision")


def tiles(voice: Voice) -> Iterator[tuple[str, str, str]]:
    """Key figures: the figure, what it is, and a note."""
    facts, say, n, d = voice.facts, voice.words, voice.numbers, voice.facts.diagnosis
    now, later = d.observed[-1][1], dict(d.projected[0][1])[facts.until]
    private = len(facts.territory.private)
    yield n.number(now), say("key.pupils"), say("key.pupils_note", base=facts.base)
    change = n.percent(later / now - 1, 1, signed=True)
    yield (
        say("document.mark") + n.number(later),
        say("key.projected"),
        say("key.projected_note_supposed" if facts.supposed else "key.projected_note", until=facts.until, change=change),
    )
    yield n.number(len(facts.colleges)), say("key.colleges"), say.number("key.colleges_note", private) if private else ""
    full, empty = d.now["colleges_occupancy_over_100"], d.now["colleges_occupancy_under_60"]
    if full.value is not None:
        yield voice.figure(full), say("key.full"), say("key.full_note", low=voice.figure(empty))
    travel = d.now["travel_mean_min"]
    lost = d.now["share_without_journey"]
    key = "key.travel_note_some" if (lost.value or 0.0) > 0 else "key.travel_note"
    yield voice.figure(travel), say("key.travel"), say(key, p90=voice.figure(d.now["travel_p90_min"]), lost=voice.figure(lost))
    low, high = voice.figure(d.now["ips_min"]), voice.figure(d.now["ips_max"])
    yield voice.figure(d.now["ips_mean"]), say("key.ips"), say("key.ips_note", low=low, high=high)
    eta, both = d.now["eta_squared"], d.now["eta_squared_with_private"]
    yield voice.share(eta), say("key.eta"), say("key.eta_note", share=voice.share(both)) if private else ""
    if private:
        yield n.percent(d.private_share, 1), say("key.private"), say("key.private_note", n=n.count(d.private_pupils))


def _stability(voice: Voice, ranking: RankingFacts) -> Iterator[str]:
    say, n, first = voice.words, voice.numbers, ranking.places[0]
    key = "summary.robust" if first.first >= ROBUST else "summary.fairly" if first.first >= FAIRLY else "summary.fragile"
    yield say(key, code=first.plan.code, share=n.percent(first.first), draws=n.number(DRAWS))
    others = [(name, codes) for name, codes, _ in ranking.profiles if first.plan.code not in codes]
    if others:
        told = say.listed(f"{', '.join(codes)} ({voice.profile(name)})" for name, codes in others)
        yield say("summary.profiles_differ", others=told)
    else:
        yield say("summary.profiles_agree", n=len(ranking.profiles))
    yield flip(voice, ranking)


def _named(plan: PlanFacts) -> dict[str, str]:
    return {"code": plan.code, "title": plan.title}
