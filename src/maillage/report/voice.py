"""One voice for the whole report: figures and names as its readers know them, in one language."""

from __future__ import annotations

import re
from dataclasses import dataclass

from markupsafe import Markup, escape

from maillage.report.comparison import PlanFacts
from maillage.report.facts import Facts
from maillage.report.format import PEOPLE, Cell, Numbers, masked
from maillage.report.words import Words


@dataclass(frozen=True)
class Voice:
    """Facts with the words and numbers of one language."""

    facts: Facts
    words: Words
    numbers: Numbers

    def figure(self, cell: Cell) -> str:
        """A figure in a sentence: its mark where it is estimated, and its unit where that is an abbreviation."""
        text = self.mark(cell) + self.numbers.measure(cell.value, cell.unit)
        return f"{text}\u00a0min" if cell.unit == "min" and cell.value is not None else text

    def mark(self, cell: Cell) -> str:
        """The mark of an estimate, or nothing."""
        hidden = cell.unit in PEOPLE and masked(cell.value)
        return self.words("document.mark") if cell.estimated and cell.value is not None and not hidden else ""

    def share(self, cell: Cell) -> str:
        """An index between 0 and 1 told as a percentage, with its mark."""
        return self.mark(cell) + self.numbers.percent(cell.value, 1)

    def moved(self, plan: PlanFacts) -> dict[str, str]:
        """How many pupils a plan moves, to fill into a sentence: pupils, share."""
        return {"pupils": self.figure(plan.moved_pupils), "share": self.figure(plan.moved_share)}

    def indicator(self, name: str) -> str:
        """What people call an indicator."""
        return self.words.get(f"indicator.{name}", name)

    def criterion(self, name: str) -> str:
        """What people call a ranking criterion."""
        return self.words.get(f"criterion.{name}", name)

    def profile(self, name: str) -> str:
        """What people call a weight profile."""
        return self.words.get(f"profile.{name}", name)

    def unit(self, unit: str) -> str:
        """A unit in words."""
        return self.words.get(f"unit.{unit.replace('è', 'e').replace(' ', '_').lower()}", unit)

    def score(self, score: float) -> str:
        """A score on 100."""
        return self.numbers.number(100 * score, 1)

    def reason(self, text: str) -> Markup:
        """Why a scenario is impossible, with each collège's name beside its UAI."""
        known = {c.uai: f"{c.name} ({c.commune}, {c.uai})" for c in self.facts.colleges}
        told = self.words.recorded(text)
        named = re.sub(r"\b\d{7}[A-Z]\b", lambda uai: known.get(uai[0], uai[0]), text if told is None else told)
        return escape(named) if told is not None else Markup('<span lang="en">{}</span>').format(named)

    def recorded(self, text: str) -> Markup:
        """What an earlier stage recorded in English, in the reader's words where known, else marked as English."""
        told = self.words.recorded(text)
        return escape(told) if told is not None else Markup('<span lang="en">{}</span>').format(text)
