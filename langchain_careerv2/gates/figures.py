"""Pay figures in a text: an amount of money that its line, or the heading above it, calls pay."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_SIGN = r"[$\u20ac\u00a3\u20b9\u00a5]"
_GROUPS = r"[.,'\u2019\u00a0\u202f]"
AMOUNT = (
    rf"(?:{_SIGN}|\b(?:usd|eur|gbp|chf|sek|rs)) ?\d[\d.,'\u2019\u00a0\u202f]{{0,12}}(?: \d{{3}})?"
    r"(?: ?(?:k|m|million|thousand)\b)?"
    rf"|\b\d[\d.,'\u2019\u00a0\u202f]{{0,12}}(?: \d{{3}}\b)?"
    r"(?: ?(?:[-\u2013]|to|bis|and|und|\u00e0|y|a) ?\d[\d.,']{0,12})? ?"
    rf"(?:k\b|k\u20ac|grand\b|thousand\b|tsd\b|mil\b|mille\b|lakh\b|lpa\b|{_SIGN}"
    r"|(?:usd|eur|euros?|gbp|chf|dollars?|bucks|pounds|pesos|brutto|netto|brutos?|netos|brut|net)\b)"
    r"|\b(?:\w{2,12}[- ])?(?:thousand|tausend|mille|mil) (?:dollars|euros?|pounds|pesos)\b"
)
"""An amount of money, as a regular expression for small letters."""
LOOKAHEAD = 40
"""Characters behind an amount that can still make it pay, as in "90,000 EUR is the usual salary"."""
HEADING = 60
"""Characters of a heading at most."""
_BEHIND = 120

_MONEY = re.compile(AMOUNT, re.IGNORECASE)
_BARE = (
    rf"\b\d{{1,3}}(?:{_GROUPS}\d{{3}})+\b|\b\d{{2,3}} \d{{3}}\b|\b\d{{4,6}}\b"
    r"|\b\d{2,3}(?:[.,]\d\d)?(?= ?(?:/|per |an |pro |por |de l'|die )(?:h|st))"
)
_AMOUNT = re.compile(f"{AMOUNT}|{_BARE}", re.IGNORECASE)
_PAY = re.compile(
    r"\b(?:salar|wage|compensation|remuneration|earn|ote\b|ctc\b|income|paycheck|take.home|base (?:pay|of)|pay range"
    r"|hourly rate|day rate|pay scale|pay band|pay:|pays? (?:is|of|about|around|between|from)|paying|\w*gehalt"
    r"|\w*gehälter|\w*l[oö]hn"
    r"|verdien|vergütung|bezahlung|tagessatz|stundensatz|salair|rémunér|gagn|touche|sueldo|salari|remunera"
    r"|gana\b|ganan\b|cobra|(?:make|makes|making|gets?|pays?|guadagn\w*|zarabia|verdient) (?:about |around "
    r"|up to |roughly )?(?=\S{0,2}\d|\Z))",
    re.IGNORECASE,
)
_PERIOD = re.compile(
    r"[\s/]{0,2}(?:(?:per|a|an|each|pro|im|par|al|por|/) ?(?:annum|year|yr|month|mo|week|hour|hr?|day|jahr|monat|stunde"
    r"|an|mois|heure|jour|año|ano|mes|mese|hora|día)\b|annually|yearly|monthly|hourly|p\.? ?a\.?\b"
    r"|brutto|brut\b|bruto)",
    re.IGNORECASE,
)
_OTHER_MONEY = re.compile(
    r"\b(?:budget|revenue|costs?\b|saving|saved|sales (?:of|by|from|to)|(?:in|annual|of|million|[kmb]) sales|portfolio"
    r"|arr\b|deals?\b|pipeline|fund|invoice|quota|profit|loss|spend|expens|kosten|umsatz|gespart|einspar|chiffre d"
    r"|coûts?|économi|ventas|presupuest|ahorr|ingresos por|(?:\d|k) (?:customers?|users?|requests?)|iso|employees)",
    re.IGNORECASE,
)
_LISTED = re.compile(rf"[-*\u2022|\d]|{_SIGN}")
_PLAIN = re.compile(r"(?:19|20)\d\d\Z|\d{4,6}\Z")
_NUMBER = re.compile(r"(\d[\d.,'\u2019\u00a0\u202f ]*)(?: ?(k|m|thousand|grand|tsd|mille|mil|lakh)\b)?", re.IGNORECASE)
_FACTORS = {"m": 1e6, "lakh": 1e5}
_BEGINNING = re.compile(
    rf"\d|{_SIGN}|\b(?:\w{{2,12}}[- ])?(?:thousand|tausend|mille|mil)\b|\b(?:usd|eur|gbp|chf|sek|rs)\b"
    r"|\b\w+\b\W{0,2}\w*\Z",
    re.IGNORECASE,
)


def pay_figures(text: str, request: str = "", *, any_money: bool = False) -> list[tuple[int, int]]:
    """Where a text names a pay figure, as `(start, end)`.

    Args:
        text: An answer, for example. Money of another kind, such as a budget, is no pay.
        request: What was asked: its own amounts may be repeated.
        any_money: Whether every amount of money counts, but for that of another kind.
    """
    known = _amounts(request)
    spans = ((span, frozenset(_values(text[slice(*span)]))) for span in _figures(text, any_money))
    return [span for span, values in spans if not values or not values <= known]


def settled(text: str, request: str = "", *, any_money: bool = False) -> int:
    """How many characters of a growing text can be shown: they name no pay figure, and nothing that follows makes one.

    Args:
        text: The text up to now.
        request: As in `pay_figures`.
        any_money: As in `pay_figures`.
    """
    line, sure = text.rfind("\n") + 1, len(text) - LOOKAHEAD
    unsure = [found.start() for found in _BEGINNING.finditer(text, line) if found.end() > sure]
    unsure += [found.start() for found in _AMOUNT.finditer(text, line) if found.end() > sure]
    return min([len(text), *unsure, *(start for start, _ in pay_figures(text, request, any_money=any_money))])


def money(text: str, request: str = "") -> list[int]:
    """Where a text names an amount of money, of whatever kind, that its request does not have."""
    known = _amounts(request)
    return [found.start() for found in _MONEY.finditer(text) if not set(_values(found[0])) <= known]


@lru_cache(maxsize=32)
def _amounts(request: str) -> frozenset[float]:
    """Every amount of a request; it is looked at again with each piece of a streamed answer."""
    return frozenset(value for amount in _AMOUNT.finditer(request) for value in _values(amount[0]))


def _figures(text: str, any_money: bool) -> Iterator[tuple[int, int]]:
    headed = False
    for line in re.finditer(r"[^\n]+|\n(?=\n)", text):
        headed = _is_headed(line[0], headed)
        for amount in _AMOUNT.finditer(text, line.start(), line.end()):
            behind = text[max(line.start(), amount.start() - _BEHIND) : amount.start()]
            after = text[amount.end() : min(amount.end() + LOOKAHEAD, line.end())]
            if _is_pay(amount[0], behind, after, headed, any_money):
                yield amount.start(), amount.end()


def _is_headed(line: str, before: bool) -> bool:
    """Whether a line, or the heading of the list that it is in, is about pay."""
    said = line.strip(" *#_|-:\t\n")
    if not said:
        return before and "|" in line  # the line under a table's head; an empty one ends a list
    if len(said) <= HEADING and not re.search(r"\d", said) and _PAY.search(f"{said} "):
        return True
    return before and _LISTED.match(line.lstrip()) is not None


def _is_pay(amount: str, behind: str, after: str, headed: bool, any_money: bool) -> bool:
    """Whether an amount is pay: by the nearer of a word for pay and one for other money, or by what follows it."""
    pay, other = (_distance(pattern, behind, after) for pattern in (_PAY, _OTHER_MONEY))
    period = _PERIOD.match(after) is not None
    if _PLAIN.match(amount):  # a bare number can be a year, or count anything
        return (pay <= LOOKAHEAD or headed) and pay < other and (period or not re.match(r"(?:19|20)\d\d\Z", amount))
    money = any_money and _MONEY.fullmatch(amount) is not None
    return pay < other or (other > _BEHIND and (headed or period or money))


def _distance(pattern: re.Pattern[str], behind: str, after: str) -> int:
    """Characters between an amount and the nearest of the words; more than there are where there is none."""
    before = [len(behind) - found.end() for found in pattern.finditer(behind)]
    next_one = pattern.search(after)
    return min([*before, *([next_one.start()] if next_one else [])], default=10 * _BEHIND)


def _values(amount: str) -> Iterator[float]:
    """The numbers of an amount, in units: "85-105k" gives 85,000 and 105,000."""
    numbers = _NUMBER.findall(amount)
    unit = next((unit.casefold() for _, unit in reversed(numbers) if unit), "")
    for digits, _ in numbers:
        plain = re.sub(r"[.,](?=\d{1,2}\b(?!\d))", "#", digits.strip())
        yield float(re.sub(r"\D", "", plain.partition("#")[0]) or 0) * (_FACTORS.get(unit, 1e3) if unit else 1)
