"""Reading what the model wrote: lines, items, sections, keywords.

Tolerant and honest: text may be split, dropped or labelled; nothing is added, moved or invented, and every piece
remembers where it stood. Every function is linear in its input; the regular expressions have no two neighbouring
repetitions that could share a character.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple, TypeVar

READ_CHARS = 65_536
"""Characters that are read of a text: four times what fits a context of 4,096 tokens at four characters each."""

_INVISIBLE = r"\u00ad\u180e\ufeff\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f"
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
CONTROL = re.compile(r"<\|(?:im_end|im_start|endoftext)\|>")
_GAP = re.compile(rf"(?:[\s{_INVISIBLE}]|<br ?/?>)+", re.IGNORECASE)
SAYS = re.compile(rf"[^\s{_INVISIBLE}]")
_BREAK = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]|<br ?/?>", re.IGNORECASE)
_SPOKEN = re.compile(r"\s*assistant:", re.IGNORECASE)
_LINE = re.compile(r"[^\n]+")
_RULE = re.compile(r"```|(?:[-*_] ?){3,}\Z")  # a code fence, or a line drawn between two parts
_NUMBERING = re.compile(r"\d{1,2}[.)] ")
_SINGLE_EMPHASIS = re.compile(r"(?<!\w)([*_])(?=\S)([^*_\n]{1,200})(?<=\S)\1(?!\w)")
_SIGN = re.compile(r"[\u2022\u00b7\u25aa\u25cf]")
_MARKER = re.compile(
    r"(?:\*\*)?(?:\d{1,2}\.){0,3}(\d{1,2})[.)](?:\*\*)? |[-*+\u2013] |[\u2022\u00b7\u25aa\u25cf] ?"
    r"|[*#]{0,6} ?step (\d{1,2})(?:\*\*)?[:.)](?:\*\*)? ",
    re.IGNORECASE,
)
_BARE_MARKER = re.compile(r"(?:(?:\d{1,2}\.){0,3}(\d{1,2})[.)]|[-*+\u2013])\Z")
_DRESSED = re.compile(r"\*\*[^*]+\*\*|#.*")
_LETTER = re.compile(r"[^\W\d_]")
_NUMBER = re.compile(r"(?<![^ ])(\d{1,2})[.)] (?=\S)")
_PLACEHOLDER = re.compile(
    r"(?:match|gap|step|item|skill|keyword|bullet|requirement|responsibility)(?: ?#?\d{1,2})?(?:: ?\.{0,3})?"
    r"|\d{1,3}(?: ?/ ?\d{1,3}| ?%|\+| out of \d{1,3})?"
    r"(?: (?:core competencies|matches|gaps|skills|items|steps|requirements|bullets|keywords)(?: found)?)?"
    r"|insert [\w ]{1,60}|n/?a|tbd|tba|to be determined|none|\W*",
    re.IGNORECASE,
)


class Excerpt(str):
    """A piece of a text, and where it stands there: from `start` up to `end`."""

    __slots__ = ("end", "start")
    start: int
    end: int

    def __new__(cls, text: str, start: int = 0, end: int | None = None) -> Excerpt:
        made = super().__new__(cls, text)
        made.start, made.end = start, start + len(text) if end is None else end
        return made

    def cut(self, begin: int, stop: int | None = None) -> Excerpt:
        """The part from `begin` up to `stop`, without white space around it."""
        part = self[begin:stop]
        text = part.strip()
        if len(self) != self.end - self.start:  # something was taken out of the middle: the whole place is meant
            return Excerpt(text, self.start, self.end)
        return Excerpt(text, self.start + begin + len(part) - len(part.lstrip()))


T = TypeVar("T", bound=str)


def encodable(text: str) -> str:
    """The text with half characters replaced: no file, no terminal and no pydantic model would take them."""
    return _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)


def join_seed(seed: str, completion: str) -> str:
    """Puts the seed back in front of what followed it, once; a completion that says nothing stays as it is."""
    text = completion.lstrip(" ")
    return text if text.startswith(seed) or not SAYS.search(CONTROL.split(text, maxsplit=1)[0]) else seed + text


def cleaned(text: str) -> tuple[str, list[int]]:
    """Cuts at the first control token; drops what carries no meaning: invisible characters, a spoken role.

    Returns:
        The text with single spaces, and at most one empty line between two lines; and the place in `text` of each of
        its characters.
    """
    text = CONTROL.split(text, maxsplit=1)[0][:READ_CHARS].rstrip()
    spoken = _SPOKEN.match(text)
    last = spoken.end() if spoken else 0
    pieces: list[str] = []
    places: list[int] = []
    for gap in _GAP.finditer(text, last):
        filler = _filler(gap[0]) if pieces or gap.start() > last else ""
        pieces += text[last : gap.start()], filler
        places += [*range(last, gap.start()), *[gap.start()] * len(filler)]
        last = gap.end()
    return "".join([*pieces, text[last:]]), [*places, *range(last, len(text))]


def _filler(gap: str) -> str:
    if gap in {" ", "\n"}:
        return gap
    if breaks := len(_BREAK.findall(gap)):
        return "\n\n" if breaks > 1 else "\n"
    return " " if any(char.isspace() for char in gap) else ""


class Line(NamedTuple):
    """One logical line without its marker.

    Attributes:
        text: The line.
        marked: Whether it had a marker: a number or a bullet sign.
        number: Its number, where the marker was one.
        apart: Whether an empty line stands before it: then it continues no item.
    """

    text: Excerpt
    marked: bool = False
    number: int | None = None
    apart: bool = False


def lines(text: str, truncated: bool = False, headings: re.Pattern[str] | None = None) -> list[Line]:
    """The logical lines of a cleaned text: inline lists and headings are split, code fences and a cut end dropped."""
    whole = text if isinstance(text, Excerpt) else Excerpt(text)
    result = [
        _line(piece, apart=whole[max(match.start() - 2, 0) : match.start()] in {"", "\n\n"})
        for match in _LINE.finditer(whole)
        if not _RULE.match(match[0])
        for piece in _pieces(whole.cut(*match.span()), headings)
    ]
    if truncated and result:
        # A cut list item is no item, not even where its end stands on a line of its own; of a cut line of keywords only
        # the last keyword is lost.
        last = result.pop()
        if not last.marked and last.text[:1].islower() and not last.apart and result and result[-1].marked:
            result.pop()
        elif not last.marked and "," in last.text:
            result.append(Line(last.text.cut(0, last.text.rindex(","))))
    return _without_title(result)


def _line(text: Excerpt, apart: bool = False) -> Line:
    number, end = None, 0
    while match := _MARKER.match(text, end):  # "1. 1. Post on ..." is one marker
        written = match[1] or match[2]
        number = int(written) if written and number is None else number
        end = match.end()
    if bare := _BARE_MARKER.match(text, end):
        return Line(text.cut(len(text)), True, int(bare[1]) if bare[1] and number is None else number, apart)
    return Line(text.cut(end) if end else text, end > 0, number, apart)


def _pieces(line: Excerpt, headings: re.Pattern[str] | None) -> Iterator[Excerpt]:
    cuts = [match.start() for match in _SIGN.finditer(line)]
    if headings:
        cuts += [match.start() for match in headings.finditer(line)]
    for piece in _split(line, cuts):
        yield from _split(piece, _numbered(piece))


def _split(line: Excerpt, cuts: Sequence[int]) -> list[Excerpt]:
    if not cuts:
        return [line] if line else []
    edges = sorted({0, *cuts, len(line)})
    return [piece for start, end in pairwise(edges) if (piece := line.cut(start, end))]


def _numbered(line: str) -> list[int]:
    """Where "1. a 2. b 3. c" begins anew: numbers that run on from the line's first, or from 1; any other is text."""
    cuts: list[int] = []
    expected: int | None = None
    for match in _NUMBER.finditer(line):
        number = int(match[1])
        if number == expected or (expected is None and (match.start() == 0 or number == 1)):
            cuts.append(match.start())
            expected = number + 1
    return cuts if len(cuts) > 1 else []


def _without_title(found: list[Line]) -> list[Line]:
    """Unmarks a first line that only the seed made an item: the list that follows it begins with 1 again."""
    if found and found[0].number == 1:
        following = next((line.number for line in found[1:] if line.number is not None), None)
        dressed = _DRESSED.fullmatch(found[0].text) and any(line.marked for line in found[1:2])
        if following == 1 or (following is None and (dressed or found[0].text.endswith(":"))):
            return [Line(found[0].text), *found[1:]]
    return found


_CHROME = frozenset({"details", "overview", "practical overview", "a practical overview"})
"""Headings that head nothing; so does any unknown one directly below a known one."""


@dataclass
class Section:
    """A heading's key (None before the first heading, "" for an unknown one), its words, and the lines under it."""

    key: str | None
    title: str = ""
    lines: list[Line] = field(default_factory=list)


class Headings:
    """Finds headings by exact alias, also in mid-line where capitalised and followed by a colon.

    Those of the `weak` keys are no headings where they label a list item: "- Location: Berlin or remote".
    """

    def __init__(self, aliases: Mapping[str, Sequence[str]], weak: Sequence[str] = ()) -> None:
        self._weak = frozenset(weak)
        self._keys = {alias: key for key, names in aliases.items() for alias in names}
        strong = (alias for alias, key in self._keys.items() if key not in self._weak)
        names = "|".join(re.escape(alias) for alias in sorted(strong, key=len, reverse=True))
        self._inline = re.compile(
            rf"(?<![^ ])(?:[#*_]{{0,4}}(?=[A-Z])(?i:{names})(?: \([^()]{{0,20}}\))?[*_]{{0,2}}:|#{{2,6}} )"
        )

    def sections(self, text: str, truncated: bool = False) -> list[Section]:
        """Splits a cleaned text into its sections, in order."""
        found = [Section(None)]
        for line in lines(text, truncated, self._inline):
            if (heading := self._heading(line)) is None:
                # What stands below a heading continues nothing that stands above it.
                found[-1].lines.append(line if found[-1].lines else line._replace(apart=True))
                continue
            key, title, rest = heading
            if not key and (title.casefold() in _CHROME or (found[-1].key and not found[-1].lines)):
                continue
            found.append(Section(key, title))
            if rest:
                found[-1].lines.append(_line(rest))
        return found

    def _heading(self, line: Line) -> tuple[str, str, Excerpt] | None:
        """The heading's key, its words and what follows it in the line; None for a line that is no heading."""
        head, colon, _ = line.text.partition(":")
        title = _NUMBERING.sub("", head.strip("#*_ "))
        name = title.partition("(")[0].strip("*_ ").casefold().replace("\u2019", "'")
        key = self._keys.get(name)
        if key is None and (line.marked or not (colon or line.text.startswith(("#", "**")))):
            return None
        rest = _trimmed(line.text.cut(len(head) + len(colon)), "*_ ")
        if key is not None and (colon or not line.marked or line.number is not None):
            return None if line.marked and rest and key in self._weak else (key, title, rest)
        bare = plain(line.text)
        dressed = line.text.startswith("#") or line.text.rstrip(": ").endswith("**")
        if not line.marked and not rest and (dressed or colon) and len(bare.split()) <= 6 and _LETTER.search(bare):
            return "", bare.rstrip(": "), rest
        return None


def _trimmed(text: Excerpt, left: str, right: str | None = None) -> Excerpt:
    begin, stop = len(text) - len(text.lstrip(left)), len(text.rstrip(left if right is None else right))
    return text.cut(begin, stop or None) if begin or stop < len(text) else text


def plain(text: Excerpt) -> Excerpt:
    """The text without Markdown emphasis and heading signs."""
    bare = _trimmed(text, "#*_` ", "*_` ")  # a sharp at the end belongs to C#
    if "*" not in text and "_" not in text:
        return bare
    undressed = _SINGLE_EMPHASIS.sub(r"\2", text.replace("**", "").replace("__", "")).lstrip("#*_` ").rstrip("*_` ")
    return bare if undressed == bare else Excerpt(undressed, bare.start, bare.end)


def key(text: str) -> str:
    """What makes two items the same: their letters and digits, and the signs that tell C, C++ and C# apart."""
    return "".join(char for char in text.casefold() if char.isalnum() or char in "+#")


def distinct(texts: Iterable[T]) -> list[T]:
    """The texts without those that repeat an earlier one."""
    first: dict[str, T] = {}
    for text in texts:
        first.setdefault(key(text), text)
    return [text for letters, text in first.items() if letters]


def is_item(text: str) -> bool:
    """Whether a text says something: not empty, not only a label, a placeholder or a count."""
    return not text.endswith(":") and not _PLACEHOLDER.fullmatch(text.strip("[]<>(){} "))


def real(texts: Iterable[T]) -> list[T]:
    """The distinct texts that say something."""
    return distinct(text for text in texts if is_item(text))


def items(found: Iterable[Line]) -> list[Excerpt]:
    """The distinct real items of some lines: the marked ones with their continuations, else every line."""
    found = list(found)
    if not any(line.marked for line in found):
        return real(plain(line.text) for line in found)
    return listed(found, lambda line: line.marked, lambda line: not line.apart)


def listed(found: Iterable[Line], begins: Callable[[Line], bool], continues: Callable[[Line], bool]) -> list[Excerpt]:
    """The distinct real items: each begins with a line and goes on with those directly below it that continue it."""
    texts: list[list[Excerpt]] = []
    is_open = False
    for line in found:
        if begins(line):
            texts.append([line.text])
            is_open = True
        elif is_open and continues(line):
            texts[-1].append(line.text)
        else:
            is_open = False
    return real(joined(parts) for parts in texts)


def joined(parts: Sequence[Excerpt]) -> Excerpt:
    """The parts as one plain text, with a space between two; nothing where there are none."""
    if len(parts) == 1:
        return plain(parts[0])
    return plain(Excerpt(" ".join(filter(None, parts)), parts[0].start, parts[-1].end)) if parts else Excerpt("")


_SEPARATORS = re.compile(
    r"\([^()]{0,80}\)|(?<=\d),(?=\d{3}(?!\d))|([,;|])"
)  # what is in parentheses is one, as is 50,000
_PARENTHESES = re.compile(r"\([^()]{0,80}\)")
_AND = re.compile(r"and ", re.IGNORECASE)
_NO_TERM = re.compile(
    r"\A(?:[\d+]+ )?(?:(?:ats|different|more|relevant) )*keywords?\Z|\bkeywords?:|\b(?:characters?|words?) total\b"
    r"|[\x00-\x1f\x7f-\x9f\ufffd;|\u2022]|,(?!\d{3}(?!\d))|(?<!\d),|: ",
    re.IGNORECASE,
)
"""Words about the list, characters that no term has, and signs that part one term from the next."""
KEYWORD_WORDS = 5
"""Words of a keyword at most; more is a sentence."""


def separated(text: Excerpt) -> list[Excerpt]:
    """The pieces between commas outside parentheses, semicolons and bars; without the "and" before the last."""
    cuts = [match.start() for match in _SEPARATORS.finditer(text) if match[1]]
    pieces = (piece.cut(piece[0] in ",;|") for piece in _split(text, cuts))
    return [piece.cut(match.end()) if (match := _AND.match(piece)) else piece for piece in pieces]


def keywords(found: Iterable[Line]) -> list[Excerpt]:
    """Every keyword of some lines, repeats too."""
    pieces = (plain(piece) for line in found for piece in separated(line.text))
    return terms(_trimmed(piece.cut(piece.rfind(": ") + 2 if ": " in piece else 0), " ", ". ") for piece in pieces)


def terms(texts: Iterable[T]) -> list[T]:
    """The texts that are keywords."""
    found = (text for text in texts if is_item(text) and len(text.split()) <= KEYWORD_WORDS)
    return [text for text in found if not _NO_TERM.search(_PARENTHESES.sub("", text))]
