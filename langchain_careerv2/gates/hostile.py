"""What a resume or a job ad should not have in it: hidden text, disguised letters, orders to its machine readers.

Nothing is removed: a flag says what was found, and where. The prompt's structure is safe without: `chatml.neutralise`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from langchain_careerv2.gates.router import LATIN_LOOKS

FlagKind = Literal["zero_width", "bidi", "homoglyph", "hidden", "instruction", "control", "fence", "pay_figure"]

READ_CHARS = 65_536
"""Characters that are looked at: twice what is sent to a model with a context of 4,096 tokens."""


@dataclass(frozen=True)
class Flag:
    """Something suspicious in a request, or a pay figure in its answer.

    Attributes:
        kind: `zero_width`, `bidi`, `homoglyph`, `hidden` (white text, comments), `instruction` (an order to the model),
            `control` (a chat template's control string), `fence` (a document's end that is none) or `pay_figure`.
        start: Where it begins in the request, in characters; of a `pay_figure`, in `str(answer)`.
        end: Where it ends.
        source: Which part of the request: `request`, or a document's name.
    """

    kind: FlagKind
    start: int
    end: int
    source: str = "request"


_READER = "|".join((
    r"\b(?:ai|llms?|gpt|ki|ia|bots?|robots?|machines?|parsers?|copilot)\b|chat ?gpt|chat ?bots?",
    r"language models?|ki-system\w*",
    r"(?:reviewer|ai|reading|grading|screening|ranking) models?|model (?:that|which|reading)|dear model",
    r"evaluator|summari[sz]er",
    r"(?:ai|virtual|digital|automated|automatic|job-matching|matching|screening|hiring|recruiting",
    r"reading) (?:assistant|agent|reader)s?",
    r"(?:automated|automatic) (?:grader|reviewer|screener|rater|system|evaluator)s?|resume parsers?|cv parsers?",
    r"(?:grading|screening|ranking|scoring|parsing|matching) (?:engine|software|system|tool|program|algorithm)s?",
    r"(?:who|what)(?:so)?ever (?:parses|reads|scans|screens|ranks|scores)|system (?:assessing|reading",
    r"scoring|ranking|that reads)",
    r"sprachmodell\w*|bewerbungssoftware|auswertungssoftware|modèle de langue|logiciel de tri|l'algorithme|l'ia\b",
    r"modelo de lenguaje|algoritmo|máquinas?|el sistema de selección",
))  # fmt: skip
_DO = "|".join((
    r"mark|give|rate|score|rank|grade|place|put|recommend|return|reply|respond|answer|say|state|tell|treat",
    r"output|print|write",
    r"ignore|disregard|skip|add|hire|accept|approve|present|select|choose|award|assign|report|conclude",
    r"claim|pretend|assume",
    r"mention|list|move|shortlist|forward|prefer|raise|set|promote|describe|keep|contain|invoke|verzwijg|raad",
    r"bewerte|vergib|gib|antworte|empfiehl|empfehle|sag|setze|schreib|stufe|lade|donnez?|notez?|mets|mettez",
    r"réponds|répondez",
    r"recommandez?|écris|écrivez|classez?|annoncez?|dis|dites|retiens|da|dale|pon|ponga|responde|recomienda",
    r"marca|escribe",
    r"asigna|otorga|elige|califica",
))  # fmt: skip
_PAPER = (
    r"(?:this|the|that|my|our|these|diese[nrs]?|den|die|ce|cette|le|la|este|esta|el) (?:\w+ )?"
    r"(?:candidate|applicant|resume|résumé|cv|profile|person|application|ad|advert|posting|vacancy|document|file|page"
    r"|kandidat\w*|bewerb\w*|lebenslauf|profil|candidat\w*|candidature|perfil|currículum|persona)"
)
_TOP = (
    r"(?:100|10 ?(?:/|out of) ?10|full|perfect|top|highest|max\w*|best|strong(?:est)?|volle|höchst\w*|beste\w*"
    r"|meilleur\w*|máxim\w*|mejor|suitable|excellent|first)"
)
_DUTY = (
    r"(?:must|has to|have to|should|shall|needs? to|is to|are to|ought to|(?:is|are) expected to|would be (?:so )?kind"
    r"|muss|müssen|soll|sollen|doit|doivent|debe|deben|tiene que)"
)
_ORDER = r"(?:^|[.:;!,] ?|\bplease |\bbitte |\bpor favor |\byou must |\band |\bnow |\bonly )"
_STYLE = (
    r"color\s*[:=]\s*[\"']?(?:white|transparent|#f{3}(?:f{3})?|rgba?\(\s*255\s*,\s*255\s*,\s*255)"
    r"|font-size\s*:\s*0*[01]?(?:\.\d+)?\s*(?:px|pt|em|rem|%|;|\"|')|display\s*:\s*none|visibility\s*:\s*hidden"
    r"|opacity\s*:\s*0(?:\.0\d*)?(?=\s*[;\"'}])|(?:left|top|text-indent)\s*:\s*-\d{3,}"
)
_FINDS: tuple[tuple[FlagKind, str], ...] = (
    ("hidden", rf"[<{{][^<>{{}}\n]{{0,200}}?(?:{_STYLE})|<!--|<\w+ hidden\b|^[ \t]*\[[^\]\n]{{1,20}}\]: ?#"),
    ("hidden", r"\\(?:text)?color\{white\}|\\textcolor\[[^\]\n]{0,20}\]|white[- ]on[- ]white"),
    (
        "hidden",
        r"[\[({](?:white|hidden|invisible|tiny|wei(?:ß|ss)er?|versteckter?|texte? (?:blanc|caché|invisible)"
        r"|texto (?:blanco|oculto|invisible))[- ]?(?:text|on white|font|schrift)?\b",
    ),
    ("control", r"<\|[^|>\n]{1,40}\|>|<\|im_|\[/?INST\]|<</?SYS>>|</?s>|<(?:start|end)_of_turn>"),
    ("control", r"</?(?:tool_call|tool_response|think|system)>|^[ \t]*#{2,4} ?(?:system|instruction|assistant"
    r"|user|response)\s*:"),
    (
        "control",
        r"\n\n(?:human|assistant):|^[ \t]*(?:assistant|system)\s*: ?"
        r"(?:you|ignore|the|new|from|as|please|override|disregard|always|never|tu|vous|du|sie)\b",
    ),
    ("fence", r"</?\s*document\b[^>\n]{0,80}>?|(?<!=)={3,} ?(?:end|begin)\b|(?<!-)-{2,} ?(?:end|begin|ende"
    r"|fin)\b[^\n-]{0,40}-{2,}"),
    ("fence", r"\bend of (?:the )?(?:resume|résumé|cv|document|file|job|posting|application|data|text|user|input)\b"),
    ("fence", r"</?(?:resume|cv|job|job_ad|jd|job_description|data|input|user_input|context|untrusted)>"),
    (
        "fence",
        r"\bende des (?:lebenslaufs|dokuments)\b|\[/?(?:document|resume|end)\]"
        r"|\bfin (?:du cv|du document|de l'annonce|del cv|del documento|del currículum)\b",
    ),
    (
        "instruction",
        r"\b(?:ignore|disregard|forget|override|bypass|overrule)\b[^.\n]{0,30}"
        r"\b(?:instructions?|prompts?|rules|guidelines|directions|orders|directives|commands|criteria"
        r"|scorecard|rubric)\b",
    ),
    (
        "instruction",
        r"\b(?:ignore|disregard|forget|override|set aside)\b[^.\n]{0,15}\b(?:everything|anything|all|what|whatever)\b"
        r"[^.\n]{0,40}\b(?:above|earlier|before|stated|told|said|asked|given|instructed|brief|so far|until now)\b",
    ),
    (
        "instruction",
        r"\b(?:ignoriere?n?|missachte\w*|vergiss|vergessen sie|tu so,? als)\b[^.\n]{0,40}"
        r"\b(?:anweisung\w*|instruktion\w*|vorgaben|regeln|auftr[aä]g\w*|gäbe)",
    ),
    (
        "instruction",
        r"\b(?:ignorez?|oubliez?|ne (?:tiens|tenez) (?:pas|aucun) compte|fais abstraction|fais comme si"
        r"|passez? outre)\b"
        r"[^.\n]{0,50}\b(?:instructions?|consignes?|directives|règles|critères|grille|demandé|plus haut)\b",
    ),
    (
        "instruction",
        r"\b(?:ignor[ae]|olvid[ae]|omite|haz caso omiso|haz como si|descarta|prescinde|despreza|desconsidera|esquece)\b"
        r"[^.\n]{0,50}\b(?:instrucciones|indicaciones|reglas|órdenes|criterios|consignas|ordens|instruções"
        r"|regras|anteriores)\b",
    ),
    (
        "instruction",
        r"\b(?:note|message|word|memo|hint|attention|hinweis|nota|aviso|mensaje|nachricht|an|à l'attention"
        r"|pour|para|to|for"
        rf"|dear|hey|hello)\b[^.:\n]{{0,30}}(?:{_READER})[^.\n:,;\u2013-]{{0,60}}"
        rf"[:,;\u2013-] ?[^.\n]{{0,60}}\b(?:{_DO})\b",
    ),
    ("instruction", rf"(?:{_READER})[^.:\n]{{0,50}}[:,] ?(?:please |bitte |por favor )?(?:{_DO})\b"),
    ("instruction", rf"(?:{_READER})[^.\n]{{0,60}}(?<!that )(?<!which )\b{_DUTY}\b[^.\n]{{0,40}}\b(?:{_DO})"),
    ("instruction", rf"\b(?:as|if you are|if you're|you are|since you are) (?:an?"
    rf"|the) (?:{_READER})[^.\n]{{0,60}}\b(?:{_DO})\b"),
    (
        "instruction",
        rf"(?:{_READER})[^.\n]{{0,40}}\b(?:assumed|(?:summary|report|verdict|answer|rating|score) (?:shall"
        rf"|must|should|has to|will))\b",
    ),
    (
        "instruction",
        r"\byou are now\b|\bfrom (?:here|now|this point) on,? you\b|\bchange your role\b|\bsystem prompt ?:"
        r"|\bnew (?:task|instructions?|orders?|rules?) ?(?:for|:)|\b(?:reply|respond|answer) (?:only|just"
        r"|exactly) (?:with|in)\b",
    ),
    (
        "instruction",
        r"\byou (?:must|should|have to|will|need to) (?:now )?(?:output|reply|respond|rate|score|rank"
        r"|return|grade|assign)\b"
        rf"|{_ORDER}(?:output|print|return|write|report)\b[^.\n]{{0,25}}\b(?:score|value)\b[^.\n]{{0,12}}\d",
    ),
    (
        "instruction",
        r"\b(?:du musst|sie müssen|tu dois|vous devez|debes|tienes que)\b[^.\n]{0,20}\b(?:ausgeben|antworten|bewerten"
        r"|schreiben|écrire|répondre|noter|donner|escribir|responder|puntuar|calificar)\b",
    ),
    ("instruction", rf"{_ORDER}(?:{_DO}) {_PAPER}\b[^.\n]{{0,50}}\b{_TOP}"),
    ("instruction", r"\b(?:treat|consider) (?:the next|this|every|all)\b[^.\n]{0,40}\b(?:as|verified|met|true)\b"),
    ("instruction", r"\b(?:answer|tell) the (?:recruiter|user|employer|hiring manager)\b"
    r"|\bvergib\b[^.\n]{0,30}\bpunkt"),
    (
        "instruction",
        rf"\b(?:{_DO})\b[^.\n]{{0,20}}\b(?:every|all|jede\w*|alle|toutes?|tous"
        rf"|tod[oa]s?) (?:\w+ )?(?:requirements?|criteri\w+"
        r"|skills?|anforderung\w*|critères|exigences|requisitos)\b[^.\n]{0,25}\b(?:met|found|fulfilled"
        r"|erfüllt|remplis?|cumplid\w*)",
    ),
    (
        "instruction",
        r"\b(?:set|hand out|award|report|give|grant)\b[^.\n]{0,20}\b(?:ratings?|scores?|grades?|suitability|marks?)\b"
        rf"[^.\n]{{0,15}}\b{_TOP}|\breport full suitability\b|\bstop reading\b|\brefuse (?:all|any|every) further\b",
    ),
    (
        "instruction",
        r"\b(?:describe|present|portray|rank|rate) (?:me|him|her) as\b|\bnota máxima\b"
        r"|\b(?:classe|place|mets)z? cette (?:personne|candidature)\b|\byour (?:only|single|sole) (?:duty"
        r"|task|job) is\b",
    ),
    (
        "instruction",
        r"\b(?:execute|run|call|führe)\b[^.\n]{0,20}\b(?:function|tool|call above|above call|obigen)\b"
        r"|\b(?:checked|approved|verified|cleared) by your (?:operator|developer|owner)\b"
        r"|\b(?:assistant|model),? (?:whenever|when|if) (?:a|the|you|anyone|someone)\b",
    ),
)  # fmt: skip
_CODE_FENCE = re.compile(r"^[ \t]*```", re.MULTILINE)
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]+")
_TAGS = re.compile("(?<![\U0001f3f4\U000e0000-\U000e007f])[\U000e0000-\U000e007f]+")
_ZERO_WIDTH = re.compile("[\u200b\u200c\u200d\u2060-\u2064\ufeff\u180e\u00ad]+")
_JOINING = (
    "ARABIC SYRIAC DEVANAGARI BENGALI TAMIL TELUGU KANNADA MALAYALAM SINHALA GUJARATI GURMUKHI THAI LAO KHMER MYANMAR "
    "MONGOLIAN HEBREW CJK HIRAGANA KATAKANA"
).split()
_LOOK_ALIKES = (
    "\u0430\u0432\u0435\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0455\u0456\u0458\u04bb"
    "\u0501\u051b\u051d\u0437\u044c\u0451\u03bf\u03b1\u03bd\u03c1\u03c4\u03c5\u03ba\u03b9\u03b7\u0391"
    "\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7"
)
"""Cyrillic and Greek letters that look like Latin ones."""
_WORD = re.compile(r"[^\W\d_]{3,}")
_WIDE_LETTER = "[\uff21-\uff3a\uff41-\uff5a]"
_WIDE = re.compile(f"{_WIDE_LETTER}{{2,}}(?:[\u3000 \uff1a]+{_WIDE_LETTER}+)+|{_WIDE_LETTER}{{4,}}")


@cache
def _patterns() -> list[tuple[FlagKind, re.Pattern[str]]]:
    """Compiled at the first look, not at the import."""
    return [(kind, re.compile(pattern, re.IGNORECASE | re.MULTILINE)) for kind, pattern in _FINDS]


def flags(text: str) -> tuple[Flag, ...]:
    """Everything suspicious in a text, in its order. Pure, and linear in the text.

    Args:
        text: A request with its documents, as it came.
    """
    text = text[:READ_CHARS]
    seen, places = _visible(text)
    found = [
        Flag(kind, places[match.start()], places[match.end() - 1] + 1)
        for kind, pattern in _patterns()
        for match in pattern.finditer(seen)
    ]
    fences = [match.span() for match in _CODE_FENCE.finditer(text)]
    found += [Flag("fence", *fences[-1])] if len(fences) % 2 else []  # it closes what was never opened
    found += [Flag("bidi", *match.span()) for match in _BIDI.finditer(text)]
    found += [Flag("zero_width", *span) for span in _zero_widths(text)]
    found += [Flag("homoglyph", *span) for span in _homoglyphs(text)]
    return tuple(sorted(dict.fromkeys(found), key=lambda flag: (flag.start, flag.end, flag.kind)))


def _visible(text: str) -> tuple[str, list[int]]:
    """The text as a machine is meant to read it, disguised letters as plain ones; where each character stood."""
    chars, places = [], []
    for place, char in enumerate(text):
        if _ZERO_WIDTH.match(char) or _BIDI.match(char):
            continue
        if 0xE0020 <= ord(char) <= 0xE007E:
            char = chr(ord(char) - 0xE0000)  # noqa: PLW2901  # the letter that the tag stands for
        elif "\uff01" <= char <= "\uff5e" or char == "\u3000":
            char = unicodedata.normalize("NFKC", char)  # noqa: PLW2901  # one character again
        chars.append(chr(LATIN_LOOKS.get(ord(char), ord(char))))
        places.append(place)
    return "".join(chars), places


def _zero_widths(text: str) -> Iterator[tuple[int, int]]:
    """Invisible characters inside of words, and runs of them; not where a script or an emoji needs them."""
    for run in _TAGS.finditer(text):
        yield run.span()
    for run in _ZERO_WIDTH.finditer(text):
        before, after = text[max(0, run.start() - 1) : run.start()], text[run.end() : run.end() + 1]
        at_top = not before and run[0] == "\ufeff"
        # a soft hyphen is a hyphenation mark; a word with one between all its letters is disguised
        hyphenates = run[0] == "\u00ad" and text[max(0, run.start() - 2) : run.start() - 1] != "\u00ad"
        if at_top or hyphenates or _joins(before) or _joins(after):
            continue
        if len(run[0]) > 1 or (before.isalnum() and after.isalnum()):
            yield run.span()


def _joins(char: str) -> bool:
    """Whether a character's script, or an emoji, is written with joiners."""
    if not char or char.isascii():
        return False
    name, kind = unicodedata.name(char, ""), unicodedata.category(char)
    return name.partition(" ")[0] in _JOINING or kind in {"So", "Sk"} or "\ufe00" <= char <= "\ufe0f"


def _homoglyphs(text: str) -> Iterator[tuple[int, int]]:
    """Full-width runs, and words that mix Latin letters with their look-alikes; one Greek letter is a symbol."""
    yield from (run.span() for run in _WIDE.finditer(text))
    mixed = [word for word in _WORD.finditer(text) if not word[0].isascii() and _is_mixed(word[0])]
    if len(mixed) > 1 or any("\u0400" <= char <= "\u052f" for word in mixed for char in word[0]):
        yield from (word.span() for word in mixed)


def _is_mixed(word: str) -> bool:
    latin = any(char.isascii() or "\u00c0" <= char <= "\u024f" for char in word)
    return latin and any(char in _LOOK_ALIKES or char.casefold() in _LOOK_ALIKES for char in word)
