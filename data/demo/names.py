"""Invented names: communes, collèges, écoles and streets. No name is taken from a list of real places or persons."""

from __future__ import annotations

import unicodedata

import numpy as np

from demo.formats import words

CODE = "99"
NAME = "Val-d'Ostre"
ACADEMY = "VAL D OSTRE"
REGION = "TERRES FICTIVES"
NOTICE = "territoire fictif"

_UAI_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_STEMS = words(
    "Aurm Balv Brov Calvr Chamb Corv Dolm Drev Elv Erv Falm Fauv Frelm Galv Grem Halv Horm Ivr Jauv Kerm Lauv Lorm Malv "
    "Morv Narv Nelm Orv Ostr Palm Prev Quelm Rauv Relm Salv Serm Talv Torm Urv Valm Velm Vorm Walv Yelm Zelv Brelm Clauv"
)
_ENDINGS = words(
    "aucourt avelle eghem egny elles encourt entes eval euville icourt ignies ille imont ines oncelle ouches oye uval aize "
    "euvron onne ugny etrain iseul ardes"
)
_RIVERS = ("Ostre", "Vélune", "Aurnelle", "Brévoise", "Lisquette")
_LIEUX = words("Bois Clos Val Mont Pré Puits Moulin Étang Pont Parc Coteau Verger")
_STREET_KINDS = ("RUE", "RUE", "RUE", "RUE", "AVENUE", "ALLEE", "IMPASSE", "CHEMIN", "BOULEVARD", "PLACE")
_STREET_WORDS = words(
    "ACACIAS AULNES BLEUETS BOUVREUILS CARRIERES CERISIERS CHARMES CHATAIGNIERS CORONS COQUELICOTS CYGNES ECLUSES ERABLES "
    "FAUVETTES FONTAINES FORGES FOUGERES FRENES GENETS GLYCINES HETRES HIRONDELLES IRIS JARDINS JONQUILLES LAVOIRS LILAS "
    "MARAIS MARRONNIERS MERISIERS MESANGES MIMOSAS MOISSONS MURIERS NOISETIERS NOYERS ORMES PEUPLIERS PINSONS PLATANES "
    "POMMIERS POTIERS PRIMEVERES PRUNIERS REMPARTS ROSEAUX SAULES SORBIERS SOURCES TANNEURS TILLEULS TISSERANDS TROENES"
)
_STREET_QUALITIES = ("", "PETITS ", "GRANDS ", "VIEUX ", "HAUTS ", "BEAUX ", "PREMIERS ")


def uai(department: str, number: int) -> str:
    """School identifier with its check letter: the seven digits modulo 23, in an alphabet without I, O and Q."""
    digits = f"{department:0>3}{number:04d}"
    return digits + _UAI_LETTERS[int(digits) % 23]


def capitals(name: str) -> str:
    """Upper case without accents, hyphens and apostrophes, as the ministry writes communes."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return plain.upper().replace("-", " ").replace("'", " ")


def commune_names(count: int, rng: np.random.Generator) -> list[str]:
    """`count` different names, a tenth of them "-sur-" an invented river."""
    simple = [stem + ending for stem in _STEMS for ending in _ENDINGS]
    order = rng.permutation(len(simple))
    names = [simple[i] for i in order[:count]]
    on_river = rng.random(count) < 0.1
    river = rng.integers(len(_RIVERS), size=count)
    return [f"{name}-sur-{_RIVERS[river[i]]}" if on_river[i] else name for i, name in enumerate(names)]


def college_names(count: int, rng: np.random.Generator) -> list[str]:
    """`count` different names of invented spots, such as "Clos-Falmoy"; no person's name."""
    spots = [f"{lieu}-{stem}oy" for lieu in _LIEUX for stem in _STEMS]
    order = rng.permutation(len(spots))
    return [spots[i] for i in order[:count]]


def street_names(count: int, rng: np.random.Generator) -> list[str]:
    """`count` different streets of one commune."""
    every = [f"{quality}{word}" for word in _STREET_WORDS for quality in _STREET_QUALITIES]
    order = rng.permutation(len(every))
    kinds = rng.integers(len(_STREET_KINDS), size=count)
    return [f"{_STREET_KINDS[kinds[i]]} DES {every[order[i]]}" for i in range(count)]
