"""Numbers: in digits with either decimal sign, and in words of five languages."""

from functools import cache

_SPOKEN = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen",
    "de": "null eins zwei drei vier funf sechs sieben acht neun zehn elf zwolf dreizehn vierzehn funfzehn "
    "sechzehn siebzehn achtzehn neunzehn",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis "
    "diecisiete dieciocho diecinueve",
    "fr": "zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize",
}
"""from zero on"""
_UNITS = {language: tuple(words.split()) for language, words in _SPOKEN.items()}
_TENS: dict[str, dict[str, int]] = {
    "en": {"twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
           "ninety": 90, "hundred": 100},
    "de": {"zwanzig": 20, "dreisig": 30, "dreissig": 30, "vierzig": 40, "funfzig": 50, "sechzig": 60, "siebzig": 70,
           "achtzig": 80, "neunzig": 90, "hundert": 100},
    "es": {"veinte": 20, "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60, "setenta": 70, "ochenta": 80,
           "noventa": 90, "cien": 100, "ciento": 100},
    "fr": {"vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "cent": 100},
}  # fmt: skip
_MORE = {
    "anderthalb": 1.5, "eineinhalb": 1.5, "zweieinhalb": 2.5, "dreieinhalb": 3.5, "veinticinco": 25.0, "½": 0.5,
    "dutzend": 12.0, "dozen": 12.0, "einen": 1.0, "einer": 1.0,
}  # fmt: skip
_JOIN = {"en": ("and",), "es": ("y",), "fr": ("et",)}
_HALVES = {"en": ("and", "a", "half"), "es": ("y", "media"), "fr": ("et", "demi"), "de": ("und", "halb")}
_POINT = {"en": "point", "de": "komma", "es": "coma", "fr": "virgule"}
_CHINESE = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}


def numeral(words: list[str], at: int, language: str) -> tuple[int, float] | None:
    """How many atoms a number takes that begins at `at`, and its value."""
    word = words[at]
    if word[0].isdecimal() or (word[0] == "." and len(word) > 1):
        return _digits(words, at, language)
    if language == "zh":
        return _chinese(words, at)
    spoken = _spoken(words, at, language)
    if spoken is None and language != "en":
        spoken = _spoken(words, at, "en")
    return spoken


def _digits(words: list[str], at: int, language: str) -> tuple[int, float]:
    value, count = value_of(words[at]), 1
    if words[at + 1 : at + 2] and words[at + 1] in ("th", "nd", "rd") and value.is_integer():
        return 2, value
    half = _HALVES.get(language, ())
    if half and tuple(words[at + 1 : at + 1 + len(half)]) == half:
        return 1 + len(half), value + 0.5
    return count, value


def value_of(digits: str) -> float:
    """`1.5`, `1,5`, `1,024` and `1,234.5` as a number; a comma before three digits separates thousands."""
    whole, _, rest = digits.partition(",")
    if rest and len(rest.partition(".")[0]) == 3 and whole.strip("0") and "." not in whole:
        digits = digits.replace(",", "")
    digits = digits.replace(",", ".")
    head, _, tail = digits.partition(".")
    return float(f"{head[:12]}.{tail.replace('.', '')[:12] or '0'}")


@cache
def _table(language: str) -> dict[str, float]:
    units = {w: float(n) for n, w in enumerate(_UNITS[language])}
    tens = {w: float(n) for w, n in _TENS[language].items()}
    joined: dict[str, float] = {}
    if language == "de":
        ones = {**{w: n for n, w in enumerate(_UNITS["de"][:10])}, "ein": 1}
        joined = {f"{u}und{t}": float(n + v) for u, n in ones.items() if n for t, v in _TENS["de"].items() if v < 100}
    return {**units, **tens, **joined, **_MORE}


def number_words(language: str) -> frozenset[str]:
    """The words for numbers, which no spelling correction may touch."""
    return frozenset(_table(language)) if language in _UNITS else frozenset()


def _spoken(words: list[str], at: int, language: str) -> tuple[int, float] | None:
    table = _table(language)
    if words[at] not in table:
        return None
    value, count = table[words[at]], 1
    tens = value in (20, 30, 40, 50, 60, 70, 80, 90, 100)
    rest = (
        at + 1 + (words[at + 1 : at + 2] in ([j] for j in _JOIN.get(language, ())) if tens and language != "en" else 0)
    )
    if tens and rest < len(words) and 0 < table.get(words[rest], 0) < 10:
        value, count = value + table[words[rest]], rest + 1 - at
    elif value < 20 and words[at + 1 : at + 2] in (["hundred"], ["hundert"], ["cent"], ["cien"]):
        value, count = value * 100, 2
    if words[at + count : at + count + 1] == [_POINT[language]] and at + count + 1 < len(words):
        tenths = table.get(words[at + count + 1], -1.0)
        value, count = (value + tenths / 10, count + 2) if 0 <= tenths < 10 else (value, count)
    half = _HALVES[language]
    if tuple(words[at + count : at + count + len(half)]) == half:
        value, count = value + 0.5, count + len(half)
    return count, value


def _chinese(words: list[str], at: int) -> tuple[int, float] | None:
    """三, 十五, 二十五, 一百; 一 before a measure word is left to the phrases."""
    end, value, digit = at, 0.0, None
    while end < len(words) and (words[end] in _CHINESE or words[end] in "十百"):
        if words[end] in _CHINESE:
            digit = _CHINESE[words[end]]
        else:
            value, digit = value + (1 if digit is None else digit) * (10 if words[end] == "十" else 100), None
        end += 1
    return (end - at, value + (digit or 0)) if end > at else None
