"""The report's words, one file a language."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LANGUAGES = ("fr", "en")
"""Languages the report is written in."""


class Words:
    """Sentences of one language by key (``"summary.first"``).

    Parameters
    ----------
    language : str
        One of `LANGUAGES`.

    Examples
    --------
    >>> Words("en")("sections.summary")
    'Summary'
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self.sentences = _read(language)

    def __call__(self, key: str, **values: object) -> str:
        """The sentence of a key with its {names} filled in; `KeyError` for an unknown key or a name left out."""
        return self.sentences[key].format_map(values)

    def number(self, key: str, n: int, **values: object) -> str:
        """The sentence for one thing or for several: ``key_one``, or ``key_many`` with {n}."""
        return self(f"{key}_one" if n == 1 else f"{key}_many", n=n, **values)

    def get(self, key: str, otherwise: str) -> str:
        """The word of a key that need not exist: a name the planner chose, say."""
        return self.sentences.get(key, otherwise)

    def section(self, name: str) -> dict[str, str]:
        """All sentences of one table of the file, in its order."""
        return {k.partition(".")[2]: v for k, v in self.sentences.items() if k.startswith(f"{name}.")}

    def recorded(self, text: str) -> str | None:
        """A text that an earlier stage recorded in English, in this language; None where no translation is known.

        A list ("capacity: this; that") is told part by part, and a text of several sentences sentence by sentence.

        >>> Words("fr").recorded("communes in a sector")
        'Communes ayant un secteur'
        """
        if self.language == "en":
            return text
        if (whole := _french(text)) is not None:
            return whole
        head, colon, rest = text.partition(": ")
        parts = [_french(part) for part in (head, *rest.split("; "))]
        told = [part for part in parts if part is not None]
        if not colon or len(told) < len(parts):
            return _sentence_by_sentence(text)
        return _french_spaces(f"{told[0][:1].lower()}{told[0][1:]} : {' ; '.join(told[1:])}")

    def listed(self, names: object) -> str:
        """Names as a list in a sentence."""
        return ", ".join(str(name) for name in names)  # type: ignore[attr-defined]


@cache
def _read(language: str) -> Mapping[str, str]:
    text = files(__package__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    spaced = _french_spaces if language == "fr" else str
    return MappingProxyType({f"{t}.{k}": spaced(v) for t, entries in tables.items() for k, v in entries.items()})


@cache
def _recorded() -> tuple[tuple[re.Pattern[str], str], ...]:
    text = files(__package__).joinpath("recorded.toml").read_text(encoding="utf-8")
    return tuple((re.compile(pattern), told) for pattern, told in tomllib.loads(text).items())


_COUNTED = r"places|élèves|repas|postes|ménages|en (?:une?|\d+) (?:programme|opération)"
"""What follows a count, and never a year."""


def _french(text: str) -> str | None:
    for pattern, told in _recorded():
        if found := pattern.fullmatch(text):
            text = re.sub(r" and (\d+) more\b", _others, found.expand(told))
            text = re.sub(r"\bsimulated future (\d+)", r"futur simulé nᵒ \1", text)
            text = re.sub(r"(?<!\w)-(?=\d)", "\u2212", text)
            return _french_spaces(re.sub(rf"\b\d{{4,}}(?= (?:{_COUNTED}))", _thousands, text))
    return None


def _sentence_by_sentence(text: str) -> str | None:
    told = [_french(sentence) for sentence in re.split(r"(?<=\.)\s+", text)]
    known = [sentence for sentence in told if sentence is not None]
    return " ".join(known) if len(known) == len(told) else None


def _others(count: re.Match[str]) -> str:
    """The end of a list of names that is cut short."""
    return " et un autre" if count[1] == "1" else f" et {count[1]} autres"


def _thousands(digits: re.Match[str]) -> str:
    return f"{int(digits[0]):,}".replace(",", "\u202f")


def _french_spaces(text: str) -> str:
    """No-break spaces where French typography asks for them, so that the file itself can be written plainly."""
    text = re.sub(r" ([;!?%])", "\u202f\\1", text.replace("'", "’"))
    text = re.sub(r"(?<=\d)\.(?=\d)", ",", text)
    return re.sub(r"« ", "«\u00a0", re.sub(r" ([:»])", "\u00a0\\1", text))
