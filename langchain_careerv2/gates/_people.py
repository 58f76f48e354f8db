"""Names of people in a text: behind a label, at the head of a resume, or by a given name that is known.

It asks for more proof the less there is around: a capitalised word alone is no name, and none that a role, a heading, a
company or a technique has.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from langchain_careerv2.gates._names import BRANDS, COMMON, GIVEN, PLACES, SURNAMES, TOWNS

_TOKEN = re.compile(r"[^\W\d_]+(?:['.-][^\W\d_]+)*")
PARTICLES = frozenset(
    "de da do dos das del della di du la le van von vom der den ter ten zu bin ibn al el y e af".split()
)
_SAINTS = frozenset(
    "san santa sankt saint st sao los las fort port mount north south east west new upper lower jp".split()
)
_CAMEL = ("Mc", "Mac", "Le", "La", "De", "Di", "Du", "Van", "Von", "Fitz", "Del", "El", "Al")
_FORMS = frozenset(
    "inc llc llp ltd gmbh ag kg plc corp co group university college hospital school institute institut foundation"
    " stiftung clinic klinik bank academy partners associates holdings sons brothers memorial airport street avenue"
    " road award prize museum library hall theatre theater center centre verlag gymnasium universitat hochschule schule"
    " prison".split()
)

_NAME_LABEL = (
    r"(?:(?:full|first|last|legal|given|family|middle|candidate'?s?|applicant'?s?|employee|my) )?(?:name|surname)"
    r"|nom(?: complet| de famille)?(?: et pr[ée]nom)?|pr[ée]nom|nombre(?: completo| y apellidos)?|apellidos?"
    r"|(?:vor|nach|familien)name|vor- ?und (?:nach|zu)name|nome(?: completo)?|cognome"
)
_PERSON_LABEL = (
    r"candidate|applicant|bewerber(?:in|/in)?|kandidat(?:in)?|candidat(?:e|\(e\))?|candidat[oa]|solicitante|postulante"
)
_OTHER_LABEL = (
    r"resume|r[ée]sum[ée]|cv|curriculum vitae|lebenslauf|curr[íi]culum|contact(?: person)?|ansprechpartner(?:in)?"
    r"|referees?|references?|supervisor|recruiter|interviewer|manager|attn|author|signed|from|to|by"
)
_PAPER = (
    r"(?:resume|r[ée]sum[ée]|cv|curriculum vitae|curr[íi]culum(?: vitae)?|lebenslauf|cover letter"
    r"|lettre de motivation|anschreiben)"
)
CUES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("label", re.compile(rf"(?<![^\W_])(?:{_NAME_LABEL})[*_ ]{{0,3}}[:=][*_ ]{{0,3}}", re.IGNORECASE)),
    ("person", re.compile(rf"(?<![^\W_])(?:{_PERSON_LABEL})[*_ ]{{0,3}}[:=][*_ ]{{0,3}}", re.IGNORECASE)),
    ("given", re.compile(rf"(?<![^\W_])(?:{_OTHER_LABEL})[*_ ]{{0,3}}[:=][*_ ]{{0,3}}", re.IGNORECASE)),
    (
        "spoken",
        re.compile(
            r"(?<![^\W_])(?:my name is|my name's|i am called|mein name ist|ich hei(?:ß|ss)e|je m'appelle|mon nom est"
            r"|me llamo|mi nombre es|mi chiamo|meu nome [ée]|call me) ",
            re.IGNORECASE,
        ),
    ),
    ("said", re.compile(r"(?<![^\W_])(?:I am|I'm|i am|i'm|This is|this is) ")),
    ("given", re.compile(r"(?<![^\W_])(?:ich bin|je suis|soy|sou|it's|here is|hier ist|Sr\.|Don) ", re.IGNORECASE)),
    (
        "titled",
        re.compile(
            r"(?<![^\W_])(?:(?:Mr|Mrs|Ms|Mx|Dr|Prof|Mme|Mlle|Sra|Srta|Herrn?|Frau|Madame|Monsieur|Mister|Señora?"
            r"|Signora?|Doña|Doctor|Professor|Dña|(?<=[:,(\n] )D(?=\. )|M(?=\. (?!(?:Sc|Eng|Ed|Phil|Arch|Tech|Com|Pharm"
            r"|A|B)\b)))\.? ){1,3}"
        ),
    ),
    ("whose", re.compile(rf"(?<![^\W_]){_PAPER} (?:of|by) ", re.IGNORECASE)),
    (
        "given",
        re.compile(
            rf"(?<![^\W_])(?:{_PAPER}|profile?|application|bewerbung|candidature) (?:of|by|from|for|von|für|de|del"
            r"|pour|para) ",
            re.IGNORECASE,
        ),
    ),
    (
        "person",
        re.compile(
            r"(?:sincerely|regards|yours|faithfully|thanks|thank you|grüßen|grüße|cordialement|salutations|saludos"
            r"|atentamente|cordialmente),?[ ]*\n[ \n]{0,3}",
            re.IGNORECASE,
        ),
    ),
)
"""What stands before a name, and how much proof it is: see `_is_proved`."""
_PAPERS = frozenset("resume resumes cv cvs curriculum lebenslauf candidacy cover".split())
_HEADED = re.compile(rf"(?:\A|\n)[ #*_>-]*(?:(?:candidate|my|the) )?{_PAPER}[ :*_-]*\n+", re.IGNORECASE)
_LINE = re.compile(r"[ #*_>\t-]*(?P<said>[^\n|,;•·()\t]{3,60}?)[ *_]*(?=[\n|,;•·()\t]| - |\Z)")
_ROLE_MAIL = re.compile(
    r"(?:jobs?|hr|careers?|recruit\w*|info|apply|bewerbung|talent|contact|empleo|emploi|rrhh|office)(?:[._+-][\w.+-]*)?@",
    re.IGNORECASE,
)
_GLUE = frozenset("+#@\\=/0123456789&$")
_OPENS = re.compile(r"\s?[(<,:|\[-]\s?\Z")
_STOP = re.compile(r"[ .*_]*(?:[\n,;|(]|\Z)")
_WORD_BEFORE = re.compile(r"([^\W\d_]+)[ _'-]{1,2}\Z")
_NAMED_THINGS = COMMON.union(
    "file host user domain brand firm column table variable class function package street city display".split()
).difference("candidate client contact doctor employee my person student".split())
NEAR = 400
"""Characters behind the first line of a resume in which its owner can be reached."""


class Token(NamedTuple):
    """A word, its place, its letters without case and accents, and whether only a blank parts it from the last."""

    start: int
    end: int
    text: str
    fold: str
    joined: bool

    @property
    def is_given(self) -> bool:
        """Whether it is a given name that is known."""
        return self.fold in GIVEN or ("-" in self.fold and self.fold.split("-")[0] in GIVEN)

    @property
    def is_name(self) -> bool:
        """Whether it is written as a name is: one capital in front, or capitals only."""
        parts = re.split(r"['.-]", self.text)
        small = all(part[:1].isupper() and (part[1:].islower() or len(part) == 1) for part in parts if part)
        camel = self.text.startswith(_CAMEL) and sum(map(str.isupper, self.text)) == 2
        odd = self.text[:2] in {"d'", "D'", "O'"} and self.text[2:3].isupper()
        return small or self.text.isupper() or camel or odd


def fold(word: str) -> str:
    """A word without case and accents."""
    if word.isascii():
        return word.lower()
    return "".join(char for char in unicodedata.normalize("NFD", word.casefold()) if not unicodedata.combining(char))


def tokens(text: str) -> list[Token]:
    """The words of a text; an `'s` at the end is not part of one."""
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        word = match[0][:-2] if match[0][-2:] in {"'s", "'S"} else match[0]
        if word:
            gap = text[found[-1].end : match.start()] if found else "\n"
            joined = gap in {" ", "  ", "\t", "_"} or (gap in {". ", "."} and len(found[-1].text) == 1)
            found.append(Token(match.start(), match.start() + len(word), word, fold(word), joined))
    return found


class _Reader:
    """One text, its words, and what is known of it."""

    def __init__(self, text: str, found: list[Token]) -> None:
        self.text = text
        self.found = found
        self._at = {token.start: index for index, token in enumerate(found)}

    def is_whole(self, token: Token) -> bool:
        """Whether it is no part of something else, as in "C++", "S3", "@angular", "and/or"."""
        return not {self.text[token.end : token.end + 1], self.text[max(token.start - 1, 0) : token.start]} & _GLUE

    def run(self, first: int, most: int = 4, *, trusted: bool = False, titled: bool = False) -> int:
        """The index behind the words of a name that begin at a token; `first` where none does.

        A common word counts where it can only be a surname: at the end, behind a given name, a title or a label.
        """
        end = last = first
        while end < len(self.found) and last - first <= most and (end == first or self.found[end].joined):
            token = self.found[end]
            known = token.fold in SURNAMES and (self.found[end - 1].is_given if end > first else titled)
            surname = token.fold in COMMON and end == last and (known or (trusted and end > first))
            if token.fold not in PARTICLES or end == first:
                if not token.is_name or (token.fold in COMMON and not surname) or not self.is_whole(token):
                    break
                last = end + 1
            end += 1
            if surname:
                return last if self.is_closed(last) else last - 1
        return last

    def is_closed(self, last: int) -> bool:
        """Whether no further capitalised word follows the one before `last`."""
        return last >= len(self.found) or not self.found[last].joined or not self.found[last].text[0].isupper()

    def cued(self) -> Iterator[tuple[int, int]]:
        """Names behind what says that one follows."""
        for kind, cue in CUES:
            for match in cue.finditer(self.text):
                first = self._at.get(match.end())
                if first is None or (kind == "label" and _denied(self.text, match.start())):
                    continue
                last = self.run(first, trusted=kind in {"label", "spoken"}, titled=kind == "titled")
                if kind == "label" and last == first:
                    last = self._small(first)
                    if last > first:
                        yield first, last
                elif last > first and self._is_proved(kind, first, last):
                    yield first, self._inverted(first, last) if kind in {"label", "person"} else last

    def _small(self, first: int) -> int:
        """As `run`, for a name behind its label that is written without capitals and stands alone there."""
        last = first
        while last < len(self.found) and last - first < 4 and (last == first or self.found[last].joined):
            if self.found[last].fold in COMMON or not self.is_whole(self.found[last]):
                return first
            last += 1
        return last if _STOP.match(self.text, self.found[last - 1].end) else first

    def _inverted(self, first: int, last: int) -> int:
        """Takes "Doe, Jane" whole."""
        following = self.found[last : last + 1]
        comma = bool(following) and self.text[self.found[last - 1].end : following[0].start] == ", "
        known = comma and following[0].is_name and following[0].is_given and following[0].fold not in COMMON
        return last + 1 if known and last - first == 1 else last

    def _is_proved(self, kind: str, first: int, last: int) -> bool:
        words = [token for token in self.found[first:last] if len(token.text) > 1]
        known = self.found[first].is_given
        loud = {token.text.isupper() for token in words}
        likely = known or (len(words) >= 2 and len(loud) == 1 and not any(token.fold in PLACES for token in words))
        plain = likely and (known or self.is_closed(last))
        ended = last >= len(self.found) or not self.found[last].joined
        proofs = {
            "label": bool(words) and (known or self.is_closed(last)),
            "person": plain,
            "spoken": bool(words) and (known or self.is_closed(last)),
            "said": len(words) > 1 and plain and (known or ended),
            "given": known and (len(words) > 1 or ended),
            "titled": bool(words),
            "whose": plain,
        }
        return proofs[kind]

    def known(self) -> Iterator[tuple[int, int]]:
        """A given name with the surname behind it, or in capitals before it."""
        end = 0
        for first, token in enumerate(self.found):
            if first < end or not token.is_given or not token.is_name or not self.is_whole(token):
                continue
            before = self.found[first - 1] if token.joined else None
            if before and before.fold in _SAINTS:
                continue
            last = self.run(first)
            if last - first > 1 and self._is_person(first, last):
                end = last
                yield first, last
            elif last - first == 1 and before and self._is_loud_surname(before, token) and self.is_closed(last):
                yield first - 1, last

    def _is_loud_surname(self, token: Token, given: Token) -> bool:
        """Whether it is the surname in "DUPONT Marie"."""
        loud = token.text.isupper() and not given.text.isupper() and len(token.text) > 3
        return loud and token.fold not in COMMON and self.is_whole(token)

    def _is_person(self, first: int, last: int) -> bool:
        given, surname = self.found[first], self.found[last - 1]
        following = self.found[last].fold if last < len(self.found) and self.found[last].joined else ""
        pair = (given.fold, self.found[first + 1].fold)
        town = given.fold in TOWNS and surname.fold in PLACES
        firm = following in _FORMS or self.text[surname.end : surname.end + 3] in {" & ", " + "}
        loud = surname.text.isupper() and not given.text.isupper() and len(surname.text) < 4
        return not (pair in BRANDS or town or firm or loud) and len(surname.text) > 1

    def owned(self) -> Iterator[tuple[int, int]]:
        """The names in "Jane Doe's resume"."""
        for last, token in enumerate(self.found[1:], 1):
            owner = self.found[last - 1]
            if token.fold in _PAPERS and self.text[owner.end : token.start] in {"'s ", "' "}:
                first = last - 1
                while first and self.found[first].joined and last - first < 2 and self.run(first - 1, 1) >= first:
                    first -= 1
                if self.run(first) == last and (last - first > 1 or owner.is_given):
                    yield first, last

    def reached(self, contacts: Sequence[tuple[int, int, str]]) -> Iterator[tuple[int, int]]:
        """The name right before an e-mail address that is not a department's: "Jane Doe (jane@example.com)"."""
        ends = {token.end: index for index, token in enumerate(self.found)}
        for start, _, kind in contacts:
            before = _OPENS.search(self.text, max(0, start - 6), start) if kind == "EMAIL" else None
            last = ends.get(before.start()) if before else None
            if last is None or _ROLE_MAIL.match(self.text, start):
                continue
            first = last
            while first and self.found[first].joined and last - first < 3 and self.run(first - 1, 1) >= first:
                first -= 1
            if last > first and self.run(first) == last + 1 and self._is_proved("person", first, last + 1):
                yield first, last + 1

    def headed(self, contacts: Sequence[tuple[int, int, str]]) -> Iterator[tuple[int, int]]:
        """The name at the head of a resume, where a heading or a way to reach its owner shows that it is one."""
        begin = len(self.text) - len(self.text.lstrip())
        for place, heading in [(begin, False), *((match.end(), True) for match in _HEADED.finditer(self.text))]:
            line = _LINE.match(self.text, place)
            first = self._at.get(line.start("said")) if line else None
            if line is None or first is None:
                continue
            last = self.run(first)
            words = self.found[first:last]
            if not 2 <= len(words) <= 4 or len(self.text[words[-1].end : line.end("said")].strip(" .*_")) > 0:
                continue
            near = [
                (start, end)
                for start, end, kind in contacts
                if kind in {"EMAIL", "PHONE"} and 0 <= start - place < NEAR
            ]
            reached = any(not _ROLE_MAIL.match(self.text, start) for start, _ in near)
            placed = all(word.fold in PLACES for word in words) or (words[0].fold, words[1].fold) in BRANDS
            if not placed and (heading or reached):
                yield first, last


def _denied(text: str, place: int) -> bool:
    """Whether the label is that of something else's name: "Company name:"."""
    before = _WORD_BEFORE.search(text, max(0, place - 30), place)
    return before is not None and fold(before[1]) in _NAMED_THINGS


def people(text: str, found: list[Token], contacts: Sequence[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
    """Every name in a text; spans may overlap.

    Args:
        text: The text.
        found: Its `tokens`.
        contacts: What `identifiers` found in it.
    """
    reader = _Reader(text, found)
    for first, last in [
        *reader.cued(),
        *reader.known(),
        *reader.owned(),
        *reader.reached(contacts),
        *reader.headed(contacts),
    ]:
        yield found[first].start, found[last - 1].end, "NAME"
