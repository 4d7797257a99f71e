"""What was supposed of dwellings, jobs, the public share and families' answers, in the sentences that reports show."""

from __future__ import annotations

from collections.abc import Sequence

from maillage.hypotheses import KINDS, AvoidanceResponse, EmploymentShock, Hypotheses, Programme, PublicShare, Yields


def arrivals_told(programmes: Sequence[Programme], hypotheses: Hypotheses, own: int, base: int, last: int) -> tuple[str, ...]:
    """What the programmes and jobs suppose, one sentence each; nothing where there is none.

    Parameters
    ----------
    programmes : sequence of Programme
        Those of the territory's own table, `own` of them, and of the hypotheses.
    hypotheses : Hypotheses
    own : int
    base, last : int
        First and last rentrée projected.
    """
    if not programmes and not hypotheses.employment:
        return ()
    built = [p for p in programmes if not p.demolition]
    lost = [p for p in programmes if p.demolition]
    told = [*_dwellings("New dwellings", built, base, last), *_dwellings("Dwellings pulled down", lost, base, last)]
    if own:
        told.append(f"Programmes that come from the territory's own table of dwellings: {own}.")
    told += [_jobs(shock) for shock in hypotheses.employment]
    told.append(_yields(hypotheses.yields))
    told += _within(built, lost, hypotheses.yields)
    told += _outside(programmes, hypotheses.employment, base, last)
    if built and hypotheses.employment:
        told.append("Dwellings built for the newcomers of the new jobs count twice unless they are left out of the programmes.")
    return tuple(told)


def public_share_told(changes: Sequence[PublicShare], last: int) -> tuple[str, ...]:
    """What is supposed of the public share of new 6e, a sentence a change; those after the last rentrée wait."""
    told = []
    for change in changes:
        if change.start > last:
            told.append(f"A change of the public share from {change.start} is not yet counted.")
            continue
        start = f"Public share of new 6e from {change.start} (hypothesis): {change.change_points:+g} points"
        named = (*change.communes, *change.colleges)
        told.append(f"{start}, for {_listed(named)}." if named else f"{start}, everywhere.")
    return tuple(told)


def avoidance_told(response: AvoidanceResponse, capped: int = 0) -> tuple[str, ...]:
    """What is supposed of families whose sector changes; nothing where they do not answer.

    Parameters
    ----------
    response : AvoidanceResponse
    capped : int
        Units whose answer would have left their public share under 0 or above 1.
    """
    if not response.is_on:
        return ()
    points, by_ips, most = response.points_if_moved, response.points_per_10_ips, response.max_points
    told = (
        f"Families whose sector changes answer in 6e (sensitivity, not a forecast): {points:+g} points of public share, and "
        f"{by_ips:+g} for 10 points of IPS more, at most {most:g} either way."
    )
    over = f"Units whose public share would have left 0 to 100 % by it, and was held there: {capped}."
    return (told, over) if capped else (told,)


def _dwellings(what: str, programmes: Sequence[Programme], base: int, last: int) -> list[str]:
    inside = [(p.name, year, n) for p in programmes for year, n in p.stages.items() if base < year <= last]
    if not inside:
        return []
    years = [year for _, year, _ in inside]
    total = sum(n for *_, n in inside)
    count = len({name for name, *_ in inside})
    several = f"{count} programmes" if count > 1 else "one programme"
    when = f"from {min(years)} to {max(years)}" if min(years) < max(years) else f"in {min(years)}"
    return [f"{what} (hypothesis): {total:.0f} in {several}, {when}."]


def _jobs(shock: EmploymentShock) -> str:
    return (
        f"Jobs (hypothesis) of {shock.name}: {shock.jobs:.0f} from {shock.start} to {shock.until}, "
        f"{100 * shock.newcomer_share:.0f} % for newcomers to the territory, {sum(shock.households.values()):.0f} households."
    )


def _yields(yields: Yields) -> str:
    each = []
    for kind in KINDS[:3]:
        values = getattr(yields, kind).age_11_14
        each.append(f"{kind.replace('_', ' ')} {values[0]:.2f}, {max(values):.2f}, {values[-1]:.2f}")
    return f"Children of 11 to 14 in an occupied dwelling, when new, at most, when old (assumptions): {'; '.join(each)}."


def _within(built: Sequence[Programme], lost: Sequence[Programme], yields: Yields) -> list[str]:
    told = []
    if built:
        share = f"{100 * yields.from_within_share:.0f} %"
        from_here = "Families in new dwellings who come from the territory itself (assumption)"
        told.append(f"{from_here}: {share}, out of all other units by pupils.")
    if lost:
        share = f"{100 * yields.rehoused_within_share:.0f} %"
        told.append(
            f"Families of dwellings pulled down who stay in the territory (assumption): {share}, in all other units by pupils."
        )
    own = [p.name for p in (*built, *lost) if p.within_share is not None]
    if own:
        told.append(f"Programmes with another share of their own ({len(own)}): {_listed(own)}.")
    return told


def _outside(programmes: Sequence[Programme], shocks: Sequence[EmploymentShock], base: int, last: int) -> list[str]:
    """Stages that bring nobody, because they are in the pupils of the base already or come after the last rentrée."""
    stages = [(p.name, p.stages) for p in programmes] + [(s.name, s.households) for s in shocks]
    early = {name: sum(n for year, n in of.items() if year <= base) for name, of in stages}
    late = {name: sum(n for year, n in of.items() if year > last) for name, of in stages}
    told = []
    for what, found in (
        (f"Dwellings or households of {base} or before, already among its pupils", early),
        (f"Dwellings or households after {last}, not yet counted", late),
    ):
        named = [name for name, n in found.items() if n > 0]
        if named:
            told.append(f"{what}: {sum(found.values()):.0f} ({_listed(named)}).")
    return told


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
