"""What has a form of its own: e-mail addresses, links, telephone numbers, postal addresses, numbers of a person.

Linear in the text: every repetition is bounded, or cannot share a character with what follows it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

Span = tuple[int, int, str]
"""From where to where something stands in a text, and what it is."""

_LOCAL = re.compile(r"[\w.+%'-]")
_HOST = re.compile(
    r"(?:@|\s?[\[({]\s?at\s?[\])}]\s?)(?:[\w-]{1,63}(?:\.|\s?[\[({]\s?dot\s?[\])}]\s?)){1,6}[^\W\d_]{2,24}(?![\w-])",
    re.IGNORECASE,
)
_SITES = (
    r"linkedin\.com|lnkd\.in|xing\.com|github\.com|gitlab\.com|bitbucket\.org|twitter\.com|x\.com|medium\.com|kaggle\.com"
    r"|behance\.net|dribbble\.com|stackoverflow\.com|facebook\.com|fb\.com|instagram\.com|t\.me|wa\.me|orcid\.org"
    r"|researchgate\.net|calendly\.com|notion\.site|about\.me|linktr\.ee"
)
_TLDS = (
    "com|net|org|io|dev|me|co|de|fr|es|it|pt|uk|eu|us|ch|at|nl|be|in|info|app|ai|tech|site|page|blog|online|name|xyz"
)
_REST = r"""[^\s<>"'`|\[\]{}()]"""
_LINK = re.compile(
    rf"""(?:https?|ftp)://{_REST}+|(?<![\w@.-])www\.{_REST}{{3,}}
    |(?<![\w@.-])(?:[\w-]{{1,63}}\.){{0,3}}(?:{_SITES})/{_REST}+
    |(?<![\w@.-])(?:[\w-]{{1,63}}\.){{1,4}}(?:{_TLDS})/{_REST}+
    |(?<![^\W_])(?:website|web\ ?site|portfolio|homepage|blog|site\ web|p[aá]gina\ web|webseite|linkedin|github|gitlab
      |xing|twitter|instagram|telegram|skype|kaggle|behance)[ ]?[:=][ ]?
      (?P<value>@[\w.-]{{2,63}}|[\w-]{{2,63}}(?:\.[\w-]{{2,63}}){{1,4}}(?:/{_REST}*)?
        |[a-z][a-z0-9_-]{{0,40}}[0-9_][a-z0-9_-]{{0,40}}(?=[ ]*(?:[\n,;|)]|\Z)))
      (?![\w-])""",
    re.IGNORECASE | re.VERBOSE,
)
_NUMBER = re.compile(
    r"(?<![\w.,+/-])(?:\(?(?:\+|00)[ ]?)?\(?[0-9][0-9 ()./-]{5,24}[0-9](?: ?(?:x|ext\.?) ?[0-9]{1,6})?"
    r"(?!\w)(?![.,/-][0-9])"
)
_CALL = re.compile(
    r"(?<![^\W_])(?:phone|telephone|telefono?|tel[eé]fono|t[eé]l[eé]phone|t[eé]l|tel|mobile?|m[oó]vil|handy|cell|celular|fax"
    r"|whatsapp|rufnummer|portable)(?: (?:number|no\.?|nr\.?))?[ .:=]{0,3}\Z|[\u260e\u2706] ?\Z",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)[0-9]{2}\Z")

_UP = r"[^\W\d_a-zß-öø-ÿ]"
_NAMED = rf"{_UP}[\w'.]{{0,30}}"
_TOWN = rf"{_NAMED}(?:[ -](?:{_NAMED}|a[mn]|der|sur|la|le|de|del|upon|on)){{0,3}}"
_STATES = (
    "A[AEKLPRSZ]|C[AOT]|D[CE]|FL|G[AU]|HI|I[ADLN]|K[SY]|LA|M[ADEINOPST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]|T[NX]|UT|V[AIT]"
    "|W[AIVY]"
)
_STREETS = (
    r"street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|place|pl|square|sq|terrace|way|parkway|pkwy"
    r"|highway|hwy|close|crescent|gardens|row|trail|circle|mews|walk|hill|alley"
)
_LOT = re.compile(
    rf"""(?<![\w.,-])(?:
    [0-9]{{1,5}}[A-Za-z]?,?[ ](?!(?:Years?|Months?|Weeks?|Days?|Hours?|Key|Big|Small|New)[ ](?i:{_STREETS})\b)
        (?:(?:{_NAMED}|[0-9]{{1,3}}(?:st|nd|rd|th))[ ]){{1,4}}(?i:{_STREETS})(?![\w+#'-])(?!\.[ ]{_UP})\.?
        (?:,?[ ](?i:apt|apartment|suite|ste|unit|flat|floor|no|\#)\.?[ ]?[\w-]{{1,6}})?
    |[0-9]{{1,4}}(?:[ ]?(?:bis|ter))?,?[ ](?i:rue|avenue|boulevard|bd|place|all[eé]e|chemin|impasse|quai|route|square
        |passage)[ ](?i:(?:de[ ]la|de[ ]l'|des|de|du|d'|la|les|le|l')[ ]?)?{_NAMED}
        (?:[ -](?:(?:de|du|des|la|le|et)[ ])?{_NAMED}){{0,4}}
    |(?i:rue|avenue|boulevard|place|all[eé]e|chemin|impasse|quai|route)[ ](?:(?:de[ ]la|des|de|du|la|les|le)[ ])?
        {_NAMED}(?:[ -]{_NAMED}){{0,4}}(?=,[ ][0-9]{{5}}[ ]{_NAMED})
    |{_NAMED}(?:-{_NAMED}){{0,3}}[ ][0-9]{{1,4}}(?:[ ]?[a-z])?(?:[/-][0-9]{{1,3}}[a-z]?)?(?=,[ ][0-9]{{5}}[ ]{_NAMED})
    |[0-9]{{1,5}}[ ]{_NAMED}(?:[ ](?:{_NAMED}|[0-9]{{1,4}})){{0,5}}
        (?=,[ ]{_TOWN},[ ](?:{_STATES})[ ][0-9]{{5}}(?![0-9]))
    |(?:Unit|PSC)[ ][0-9]{{4}},?[ ]Box[ ][0-9]{{4}}
    |(?:Calle|Calleja|C/|C\.|Avda\.?|Avenida|Av\.|Plaza|Paseo|Pasaje|Carrera|Ronda|Rambla|Glorieta|Alameda|Camino|Cuesta
        |Callej[oó]n        |Urbanizaci[oó]n|Traves[ií]a|Via|Viale|Piazza|Corso|Rua)[ ]?
        (?i:(?:de[ ]la|de[ ]los|de[ ]las|del|de|la|el|los|las|da|do)[ ])?(?=[^\W\d_]{{3}}){_NAMED}
        (?:[ ](?:(?:de|del|la|y|da|do)[ ])?{_NAMED}){{0,4}},?[ ](?i:n[º°o.]{{0,2}}[ ]?|num\.?[ ])?[0-9]{{1,4}}(?![\w])
        (?:,?[ ]?(?:[0-9]{{1,2}}[ºª°][ ]?[A-Za-z]?|(?:Puerta|Piso|Apt\.|Bloque)[ ][0-9]{{1,3}})(?!\w))?
    |(?i:p\.?[ ]?o\.?[ ]?box|postfach|apartado[ ]de[ ]correos)[ ][0-9]{{1,6}}
    )""",
    re.VERBOSE,
)
_GERMAN = re.compile(
    r"(?:stra(?:ss|ß)e|str\.|weg|platz|allee|gasse|damm|ufer|chaussee|(?<=[ -])(?:ring|markt|linden))"
    r" [0-9]{1,4}(?: ?[a-z](?!\w))?(?: ?[/-] ?[0-9]{1,3}[a-z]?)?(?=[ ]*(?:[,;|\n()/-]|\Z|[0-9]{5}(?![0-9])))",
    re.IGNORECASE,
)
_SEPARATE = re.compile(rf"(?:{_UP}[\w'.]*[ -]){{1,3}}\Z")
_COMPOUND = re.compile(rf"(?<![\w-]){_UP}[\w'.-]+\Z")
_PLACES = re.compile(r"(?:arbeits|ausbildungs|studien|praktikums)platz", re.IGNORECASE)
_UK = r"(?:GIR|[A-Z]{1,2}[0-9][A-Z0-9]?) [0-9](?!GB|TB)[ABD-HJLNP-UW-Z]{2}"
_AFTER = re.compile(
    rf" ?[,;]? ?\n? *(?:(?:[A-Z]{{1,2}}-)?[0-9]{{4,5}} {_TOWN}|[ADF]PO A[AEP] [0-9]{{5}}"
    rf"|{_TOWN},? (?:(?:{_STATES}) [0-9]{{5}}(?:-[0-9]{{4}})?"
    rf"|{_UK}|[0-9]{{5}})(?!\w))"
)
_POSTAL = re.compile(rf"(?<![\w-])(?:{_TOWN}, (?:{_STATES}) [0-9]{{5}}(?:-[0-9]{{4}})?|(?:{_TOWN},? )?{_UK})(?!\w)")
_LIVES = re.compile(
    r"(?<![^\W_])(?:(?:address|adresse|anschrift|wohnort|direcci[oó]n|domicilio|domicile|indirizzo|endere[cç]o) ?[:=]"
    r"|wohnhaft in) ?(?P<value>[^\n|;]{4,120})",
    re.IGNORECASE,
)

_CODED = re.compile(
    r"(?<![\w-])(?:(?P<ssn>(?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4})"
    r"|(?P<iban>[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?)"
    r"|(?P<card>[0-9]{4}(?:[ -]?[0-9]{4}){2}[ -]?[0-9]{1,7})"
    r"|(?P<dni>[XYZ]?[0-9]{7,8}-?[A-Z])"
    r"|(?P<nir>[12] ?[0-9]{2} ?[0-9]{2} ?[0-9][0-9AB] ?[0-9]{3} ?[0-9]{3} ?[0-9]{2})"
    r"|(?P<nino>(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D])"
    r")(?!\w)(?!-[0-9])"
)
_SUFFIX = r"(?:[ -]?(?:ids?|number|num|no|nr|nummer|n[uú]mero|num[eé]ro|card|code|n[º°]|\#)\.?)"
_LABEL = re.compile(
    rf"""(?<![^\W_])(?:
    (?:ssn|social[ ]security|social[ ]insurance|passport|reisepass|pasaporte|passeport|steuer-?[ ]?id|matricule|n[ií]f
      |dni|nie|nir|tin|nino|aadhaa?r|ahv|cpf|bsn|s[eé]curit[eé][ ]sociale|s[eé]cu|seguridad[ ]social
      |codice[ ]fiscale){_SUFFIX}?
    |(?:personalausweis|ausweis|steuer|steueridentifikations|sozialversicherungs|rentenversicherungs
      |krankenversicherten|versicherungs|sv|personal|matrikel|mitarbeiter|employee|staff|badge|personnel|national|tax
      |taxpayer|identity|driver'?s?[ ]licen[cs]e|driving[ ]licen[cs]e|student|candidate|applicant|pan|ni
      |national[ ]insurance|insurance|licen[cs]e|carte[ ]vitale){_SUFFIX}
    |n[uú]m(?:ero|éro)[ ]de[ ](?:empleado|pasaporte|identidad|passeport|s[eé]curit[eé][ ]sociale)
    |id{_SUFFIX}?)[ ]?(?:[:=\#]|is(?=[ ]))[ ]?""",
    re.IGNORECASE | re.VERBOSE,
)
_NOT_OF_A_PERSON = re.compile(
    r"(?<![^\W_])(?:job|req|requisition|reference|ref|event|product|vacancy|posting|order|project|ticket|course"
    r"|version)[ _-]\Z",
    re.IGNORECASE,
)
_GROUP = re.compile(r"[A-Za-z0-9]{1,34}")
_DIGIT = re.compile("[0-9]")
_MONTH = r"[^\W\d_]{3,12}\.?"
_BIRTH = re.compile(
    rf"""(?<![^\W_])(?:date[ ]of[ ]birth|birth[ ]?date|birthday|d\.?o\.?b\.?|born(?:[ ]on)?|geboren(?:[ ]am)?
    |geb\.(?:[ ]am)?|geburtsdatum|geburtstag|n[eé](?:e|\(e\))?[ ]le|date[ ]de[ ]naissance|fecha[ ]de[ ]nacimiento
    |nacid[oa][ ]el|data[ ]di[ ]nascita)
    [ ]?:?[ ]?(?P<value>[0-9]{{1,4}}(?:\.[ ]|[./-]|[ ](?:de[ ])?)(?:[0-9]{{1,2}}|{_MONTH})(?:[./-]|,?[ ](?:de[ ])?)
      [0-9]{{2,4}}|{_MONTH}[ ][0-9]{{1,2}}(?:st|nd|rd|th)?,?[ ][0-9]{{4}})(?!\w)""",
    re.IGNORECASE | re.VERBOSE,
)


def _emails(text: str) -> Iterator[Span]:
    last = 0
    for host in _HOST.finditer(text):
        begin = host.start()
        while begin > last and _LOCAL.match(text, begin - 1):
            begin -= 1
        begin += len(text[begin : host.start()]) - len(text[begin : host.start()].lstrip(".-'%"))
        if begin < host.start():
            yield begin, host.end(), "EMAIL"
        last = host.end()


def _links(text: str) -> Iterator[Span]:
    for match in _LINK.finditer(text):
        begin, end = match.span("value" if match["value"] else 0)
        yield begin, begin + len(text[begin:end].rstrip(".,;:!?*_")), "URL"


def _phones(text: str) -> Iterator[Span]:
    for match in _NUMBER.finditer(text):
        written = match[0]
        if written[0] == "(" and ")" not in written:  # it closes behind the number
            written = written[1:]
        begin = match.end() - len(written)
        if _is_phone(written, labelled=_CALL.search(text, max(0, begin - 30), begin) is not None):
            yield begin, match.end(), "PHONE"


def _is_phone(written: str, *, labelled: bool) -> bool:
    groups = re.findall(r"[0-9]+", re.split("[ex]", written)[0])  # without an extension
    digits, sizes = "".join(groups), [len(group) for group in groups]
    years = [bool(_YEAR.match(group)) for group in groups]
    if not 7 <= len(digits) <= 15 or all(years) or len(set(digits)) < 3:
        return False
    if labelled or "+" in written[:2]:
        return labelled or len(digits) >= 8
    is_date = any(years[:-1]) or (years[-1] and sizes[:-1] == [2, 2])
    return len(digits) >= 9 and not is_date and _is_national(written[0], digits, sizes, groups)


def _is_national(first: str, digits: str, sizes: list[int], groups: list[str]) -> bool:
    """Whether the groups are those of some country's way to write a number, and no quantity."""
    if digits[0] == "0" or first == "(":
        least = 12 if digits.startswith("00") else 9 if first == "0" else 10
        return len(digits) >= least and (max(sizes) > 2 or len(groups) == 5)
    if digits.endswith("000") or "000" in groups:
        return False
    american = sizes in ([3, 3, 4], [10]) and digits[0] > "1"
    european = sizes in ([3, 3, 3], [3, 2, 2, 2], [5, 5]) and digits[0] > "5"
    return american or european or (sizes == [1, 3, 3, 4] and digits[0] == "1")


def _addresses(text: str) -> Iterator[Span]:
    for begin, end in [*(match.span() for match in _LOT.finditer(text)), *_german(text)]:
        after = _AFTER.match(text, end)
        yield begin, after.end() if after and "\n" not in after[0] else end, "ADDRESS"
        if after and "\n" in after[0]:  # a value stays within its line
            yield after.end() - len(after[0].lstrip(" ,;\n")), after.end(), "ADDRESS"
    for match in _POSTAL.finditer(text):
        yield *match.span(), "ADDRESS"
    for match in _LIVES.finditer(text):
        value = match["value"]
        if re.search(r"[0-9]", value) and (value[0].isupper() or value[0].isdigit()) and "@" not in value:
            yield match.start("value"), match.start("value") + len(value.rstrip(" .")), "ADDRESS"


def _german(text: str) -> Iterator[tuple[int, int]]:
    for match in _GERMAN.finditer(text):
        window = max(0, match.start() - 90), match.start()
        is_word = not text[: match.start()][-1:].isalpha()
        before = (_SEPARATE if is_word else _COMPOUND).search(text, *window)
        if before and not (is_word and text[match.start()].islower()) and not _PLACES.match(text, before.start()):
            yield before.start(), match.end()


def _numbers(text: str) -> Iterator[Span]:
    for match in _CODED.finditer(text):
        if CHECKS[str(match.lastgroup)](re.sub(r"[ -]", "", match[0])):
            yield *match.span(), "ID"
    for match in _LABEL.finditer(text):
        if not _NOT_OF_A_PERSON.search(text, max(0, match.start() - 14), match.start()):
            value = _code(text, match.end())
            if sum(map(str.isalnum, value)) >= 4 and re.search("[0-9]{2}", value):
                yield match.end(), match.end() + len(value), "ID"
    for match in _BIRTH.finditer(text):
        yield *match.span("value"), "ID"


def _code(text: str, begin: int) -> str:
    """The groups of letters and digits from there on, for as long as they belong to one number."""
    end = begin
    while group := _GROUP.match(text, end + (end > begin)):
        prefix = end == begin and len(group[0]) <= 4 and group[0].isupper()
        spaced = end > begin and text[end] == " "
        if not (prefix or _DIGIT.search(group[0])) or (spaced and (_YEAR.match(group[0]) or not group[0].isdigit())):
            break
        end = group.end()
        if text[end : end + 1] not in {" ", "-", "/", "."} or end - begin > 30:
            break
    return text[begin:end]


def _luhn(code: str) -> bool:
    digits = [int(digit) for digit in reversed(code)]
    return len(code) >= 13 and (sum(digits[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])) % 10 == 0


def _iban(code: str) -> bool:
    return 15 <= len(code) <= 34 and int("".join(str(int(char, 36)) for char in code[4:] + code[:4])) % 97 == 1


def _dni(code: str) -> bool:
    number = code[:-1].translate(str.maketrans("XYZ", "012"))
    return len(number) == 8 and "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23] == code[-1]


def _nir(code: str) -> bool:
    number = code[:-2].replace("2A", "19").replace("2B", "18")
    return number.isdigit() and 97 - int(number) % 97 == int(code[-2:])


CHECKS: dict[str, Callable[[str], bool]] = {
    "ssn": lambda code: True,  # it has bounds, but no check digit
    "nino": lambda code: True,
    "iban": _iban,
    "card": _luhn,
    "dni": _dni,
    "nir": _nir,
}


def identifiers(text: str) -> Iterator[Span]:
    """Everything in a text that has a form of its own; spans may overlap."""
    for find in (_emails, _links, _numbers, _phones, _addresses):
        yield from find(text)
