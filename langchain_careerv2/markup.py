"""HTML and DOCX made ready for their loaders: bounded, and with each paragraph, heading and list item on its own line.

Pure: bytes or text in and out. The loaders' parsers are quadratic in some broken input, unpack whatever they are given,
and know nothing of blocks.
"""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
import zipfile

from langchain_careerv2.errors import BrokenDocumentError, DocumentTooLargeError, EncryptedDocumentError

MAX_TAGS = 100_000
"""Tags of an HTML document. A saved page of a job portal has a few thousand; this many take seconds and 100 MB."""

MAX_XML_BYTES = 16 * 1024 * 1024
"""Bytes that the parts of a DOCX with text unpack to. Three hundred pages take about 5 MB; parsed, 20 times as much."""

_PARAGRAPHS = frozenset(
    "address article aside blockquote body center details div dl fieldset figcaption figure footer form h1 h2 h3 h4 h5"
    " h6 head header hr html legend main nav ol p pre section summary table tbody textarea tfoot thead title ul".split()
)
_LINES = frozenset("br dd dt li option td th tr".split())
_UNREAD = ("script", "style", "template")  # bs4 leaves their text out
_SKIPPED = re.compile(r"<(?:!--|(script|style)\b)", re.IGNORECASE)
_SKIPPED_ENDS = {
    "": re.compile("-->"),
    "script": re.compile(r"</script\b[^<>]*>", re.IGNORECASE),
    "style": re.compile(r"</style\b[^<>]*>", re.IGNORECASE),
}
_DECLARATION = r"<[!?][^<>]*>"
_QUOTED = r"[^<>\"']*(?:\"[^\"<]*\"[^<>\"']*|'[^'<]*'[^<>\"']*)*"
_TOKEN = re.compile(rf"{_DECLARATION}|<(/?)([a-zA-Z][\w:-]*)(?:{_QUOTED}|[^<>]*)>|<|\s+")

_PARTS = re.compile(r"word/(?:(document)\d*|(?:header|footer)\d*)\.xml")
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"


def plain_html(html: str) -> str:
    """The HTML without comments, scripts, styles and attributes, its blocks on lines of their own.

    A `<` that opens no tag is escaped.

    Raises:
        DocumentTooLargeError: More than `MAX_TAGS` tags.
    """
    tags = 0
    preformatted = False

    def replaced(match: re.Match[str]) -> str:
        nonlocal tags, preformatted
        whole, slash, name = match[0], match[1], (match[2] or "").lower()
        if whole[0] != "<":
            return whole if preformatted else " "
        tags += 1
        if tags > MAX_TAGS:
            raise DocumentTooLargeError(f"the HTML has more than {MAX_TAGS:,} elements: give the part with the text")
        if not name:
            return "&lt;" if whole == "<" else ""
        if name in ("pre", "textarea"):
            preformatted = not slash
        tag = "" if name in _UNREAD else f"<{slash}{name}>"
        if name in _PARAGRAPHS:
            return f"\n\n{tag}\n\n"
        return f"\n{tag}" if name in _LINES and not slash else tag

    return _TOKEN.sub(replaced, _without_skipped(html))


def _without_skipped(html: str) -> str:
    # What never ends is left in: it is text then, and searching for its end again would make this quadratic.
    kept, at, start, endless = [], 0, 0, set[str]()
    while opening := _SKIPPED.search(html, start):
        name = (opening[1] or "").lower()
        end = None if name in endless else _SKIPPED_ENDS[name].search(html, opening.end())
        if end is None:
            endless.add(name)
            start = opening.end()
            continue
        kept.append(html[at : opening.start()])
        at = start = end.end()
    return "".join([*kept, html[at:]])


def plain_docx(data: bytes) -> bytes:
    """A DOCX with nothing but the parts of another one that have text: its document, headers and footers.

    Raises:
        BrokenDocumentError: A part has a document type definition, which Word never writes and bombs are made of.
        DocumentTooLargeError: The parts unpack to more than `MAX_XML_BYTES`.
        EncryptedDocumentError: A part is encrypted.
        zipfile.BadZipFile, zlib.error, xml.etree.ElementTree.ParseError, ...: It is damaged.
    """
    plain, left, seen = io.BytesIO(), MAX_XML_BYTES, set[str]()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(plain, "w") as copy:
        for info in archive.infolist():
            part = _PARTS.fullmatch(info.filename)
            name = "word/document.xml" if part and part[1] else info.filename  # Word online numbers the document too
            if not part or name in seen:
                continue
            seen.add(name)
            if info.flag_bits & 1:
                raise EncryptedDocumentError("the DOCX needs a password: save it without one")
            with archive.open(info) as stream:  # read by a limit: what an archive says of its sizes may be untrue
                xml = stream.read(left + 1)
            left -= len(xml)
            if left < 0:
                raise DocumentTooLargeError(f"the DOCX unpacks to more than {MAX_XML_BYTES:,} bytes of text and layout")
            copy.writestr(name, _plain_part(xml))
    return plain.getvalue()


def _plain_part(xml: bytes) -> bytes:
    if b"<!DOCTYPE" in xml.replace(b"\0", b""):  # UTF-16 too
        raise BrokenDocumentError("the DOCX has a document type definition, which no word processor writes")
    root = ET.fromstring(xml)  # noqa: S314  # no entity is declared, and the size is bounded
    waiting = [root]
    while waiting:
        for element in waiting.pop():
            if element.tag == f"{_MC}AlternateContent":
                _once(element)
            elif element.tag == f"{_W}noBreakHyphen":  # docx2txt would leave it out
                element.tag, element.text = f"{_W}t", "-"
            else:
                waiting.append(element)
    return ET.tostring(root)


def _once(alternatives: ET.Element) -> None:
    # Word writes each text box twice, for old readers too, and docx2txt reads both.
    choice, fallback = alternatives.find(f"{_MC}Choice"), alternatives.find(f"{_MC}Fallback")
    if choice is not None and fallback is not None and _text(choice) == _text(fallback):
        alternatives.remove(fallback)


def _text(element: ET.Element) -> str:
    return "".join(each.text or "" for each in element.iter(f"{_W}t"))
