"""The words of a drawn network, in English and in French."""

from __future__ import annotations

from typing import Literal, get_args

from maillage.errors import Fault, InputError
from maillage.travel.roads.users import User

Language = Literal["en", "fr"]

WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "car": "to cars", "coach": "to coaches", "bicycle": "to bicycles", "foot": "on foot",
        "open": "Roads open {user}", "closed": "not open {user}", "speed": "Mean speed of cars, km/h",
        "roads open": "on roads open {user}", "slow": "under {most}", "between": "{least} to {most}",
        "fast": "{least} and more",
        "no motor": "no motor vehicles", "town": "town", "country": "country", "ferry": "ferry",
        "outside": "outside the largest piece: {km} km", "one way": "one way", "places": "places", "routes": "routes",
        "within": "within {minutes} min", "area": "area", "segment": "segment", "segments": "segments",
        "arrays": "Arrays", "lines": "Lines",
    },
    "fr": {
        "car": "aux voitures", "coach": "aux cars", "bicycle": "aux vélos", "foot": "à pied",
        "open": "Routes ouvertes {user}", "closed": "non ouvertes {user}", "speed": "Vitesse moyenne des voitures, km/h",
        "roads open": "sur les routes ouvertes {user}", "slow": "moins de {most}", "between": "{least} à {most}",
        "fast": "{least} et plus", "no motor": "sans véhicules à moteur", "town": "en ville", "country": "hors des villes",
        "ferry": "bac", "outside": "hors du plus grand morceau : {km} km", "one way": "sens unique", "places": "lieux",
        "routes": "itinéraires", "within": "à {minutes} min au plus", "area": "zone", "segment": "tronçon",
        "segments": "tronçons", "arrays": "Tableaux", "lines": "Lignes",
    },
}  # fmt: skip
"""Of each language, the same keys."""


class Captions:
    """Words of one language; `InputError` where it is neither "en" nor "fr"."""

    def __init__(self, language: Language, user: User) -> None:
        if language not in WORDS:
            remedy = f"Use {' or '.join(map(repr, get_args(Language)))}"
            raise InputError([Fault("plot", f"unknown language {language!r}", "language", remedy=remedy)])
        self._language, self._words, self._user = language, WORDS[language], user

    def __call__(self, key: str, **values: object) -> str:
        """A caption with its values; ``{user}`` is always known."""
        return self._words[key].format(user=self._words[self._user], **values)

    def number(self, value: float, digits: int = 0) -> str:
        """A number with its thousands apart: 6,694.5 in English, 6 694,5 in French."""
        text = f"{value:,.{digits}f}"
        return text if self._language == "en" else text.replace(",", "\u202f").replace(".", ",")

    def speeds(self, least: float, most: float) -> str:
        """A class of speeds, of which `least` may be 0 and `most` endless."""
        kind = "slow" if least == 0 else "between" if most < float("inf") else "fast"
        return self(kind, least=f"{least:g}", most=f"{most:g}")

    def legend(self, colour: str) -> str:
        """Title of the legend: whose roads, and what the colours are."""
        if colour != "speed":
            return self("open")
        return self("speed") if self._user == "car" else f"{self('speed')}\n{self('roads open')}"

    def title(self, origin: str, segments: int, length_m: float) -> str:
        """Where the roads come from, and how many there are."""
        source = self._words[origin] if origin in ("arrays", "lines") else origin
        count = f"{self.number(segments)} {self('segment' if segments == 1 else 'segments')}"
        return f"{source[:1].upper()}{source[1:]}, {count}, {self.number(length_m / 1000)} km"
