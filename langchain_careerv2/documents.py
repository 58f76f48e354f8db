"""Resumes and job ads from PDF, DOCX, HTML, Markdown and text files, as one clean LangChain `Document` each.

The loaders are langchain-community's, imported at the first call and nowhere else. They are given a private copy of
what was read, so that the bytes that were checked are the bytes that are loaded, and never an address to open.
"""

from __future__ import annotations

import io
import os
import re
import stat
import sys
import threading
import time
import warnings
import zipfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, TypeVar, get_args

from langchain_core.document_loaders import BaseLoader
from langchain_core.documents import Document

from langchain_careerv2.errors import (
    BrokenDocumentError,
    DocumentError,
    DocumentTooLargeError,
    EmptyDocumentError,
    EncryptedDocumentError,
    MissingExtraError,
    ScannedDocumentError,
    UnsupportedDocumentError,
)
from langchain_careerv2.markup import plain_docx, plain_html

if TYPE_CHECKING:
    from pypdf import PageObject

Kind = Literal["pdf", "docx", "txt", "md", "html"]

MAX_BYTES = 10 * 1024 * 1024
"""Bytes of a document: job portals take 2 to 10 MB."""

MAX_PAGES = 1000
"""Pages of a PDF. A long application with all its certificates has some dozens; a thousand pages of text take about 3
seconds, a tenth of what this module waits."""

MAX_SECONDS = 30.0
"""Seconds that a PDF may take. pypdf bounds each stream, page tree and form, but not their product: the same costly
page can stand in a file a thousand times. Three hundred pages of text take one."""

MAX_PAGE_BYTES = 4 * 1024 * 1024
"""Bytes of a PDF page's contents, unpacked. The clock is not looked at while pypdf takes them apart, which for so many
lasts some 6 seconds at worst. A page of text has some thousands, one full of drawings some hundred thousands."""

_EXTENSIONS: dict[str, Kind] = {
    ".pdf": "pdf", ".docx": "docx", ".txt": "txt", ".text": "txt", ".md": "md", ".markdown": "md",
    ".html": "html", ".htm": "html", ".xhtml": "html",
}  # fmt: skip
_NAMES: dict[Kind, str] = {"pdf": "a PDF", "docx": "a DOCX", "txt": "plain text", "md": "Markdown", "html": "HTML"}
_PICTURE = "an image: read it by OCR, and give the text"
_SAVE = "save it as DOCX or PDF"
_FOREIGN = (
    (rb"\{\\rtf", f"an RTF file: {_SAVE}"),
    (rb"\x89PNG|\xff\xd8\xff|GIF8[79]a|II\*\0|MM\0\*|RIFF....WEBP|BM....\0\0\0\0|....ftyp(?:hei|mif|avif)", _PICTURE),
    (rb"%!PS|\xc5\xd0\xd3\xc6", "a PostScript file: save it as PDF"),
    (rb"PK[\5\7]|Rar!\x1a|7z\xbc\xaf|\x1f\x8b|BZh\d1AY|\xfd7zXZ", "an archive: unpack it, and give one document"),
)
"""How a file begins that is not read, what it is and what to do."""
_ARCHIVED = (
    (r"xl/", f"an Excel file: {_SAVE}"),
    (r"ppt/", f"a PowerPoint file: {_SAVE}"),
    (r"content\.xml|META-INF/manifest\.xml", f"an OpenDocument file: {_SAVE}"),
    (r"Index/|Index\.zip|index\.apxl", f"a Pages file: {_SAVE}"),
)
"""What a zip archive is, by the name of something in it."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML_START = re.compile(
    r"\s*(?:<(?:\?xml[^<>]*|!--(?:(?!-->).){0,999}--)>\s*){0,9}<(?:!doctype html|(?:html|head|body|title|meta|style"
    r"|script|div|p|h[1-6]|ul|ol|table|section|article|main|header|span)\b)",
    re.IGNORECASE | re.DOTALL,
)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_CONTROLS = re.compile(r"[\0-\x08\x0e-\x1f\x7f]")
_UNWANTED = re.compile(r"[\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_LINE_ENDS = re.compile(r"\r\n?|[\v\f\x85\u2028\u2029]")
_SPLIT_WORD = re.compile(r"(?<=\w)\u00ad\n(?=[^\W\d_])")
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
_EXTRA = "reading documents needs more packages: pip install 'langchain-careerv2[documents]'"
_BROKEN = (BrokenDocumentError, f"the document is damaged: open it, and {_SAVE} again")
_LEAVES: dict[str, tuple[type[DocumentError], str]] = {
    "LimitReachedError": (DocumentTooLargeError, "the PDF is over a limit of its reader: print it to a new PDF"),
    "MemoryError": (DocumentTooLargeError, "the document needs more memory than there is"),
    "_OutOfTime": (DocumentTooLargeError, "the PDF takes too long to read: print it to a new PDF, or give fewer pages"),
    "FileNotDecryptedError": (EncryptedDocumentError, "the PDF needs a password: save it without one"),
    "ImportError": (MissingExtraError, _EXTRA),
    "DependencyError": (MissingExtraError, "the PDF is encrypted with AES, which needs: pip install 'pypdf[crypto]'"),
}
"""What a loader's or a parser's error means, by the name of its class; any other means a broken document."""
_PDF: dict[str, Any] = {"mode": "single", "pages_delimiter": "\n\n"}
_HTML: dict[str, Any] = {"open_encoding": "utf-8", "bs_kwargs": {"features": "html.parser"}}
_IMPORTING = threading.Lock()
T = TypeVar("T")


class _OutOfTime(BaseException):
    """A PDF took too long. No `Exception`: pypdf would log it, and go on with the next form."""


def load_document(
    source: str | os.PathLike[str] | bytes | BinaryIO,
    *,
    kind: Kind | None = None,
    max_bytes: int = MAX_BYTES,
    max_pages: int = MAX_PAGES,
) -> Document:
    """Reads a resume, a job ad or another document.

    What it is, is seen by its content, and must agree with `kind` or, where that is not given, with its extension. Text
    that a reader would not see (white, `display:none`) is kept: `gates.hostile` can flag only what it is shown.

    Args:
        source: A path, the document's bytes, or a binary file, which is read and left open. An address is refused.
        kind: What the document is.
        max_bytes: The bytes that are read.
        max_pages: The pages of a PDF.

    Returns:
        The text without control characters and runs of blank lines. Its metadata are `source` (the file's name without
        its folders, or an empty string), `kind`, `bytes`, `characters` and, of a PDF, `pages`.

    Raises:
        DocumentError: One of its leaves says what is wrong and what to do.
        OSError: The file cannot be opened, for example a `FileNotFoundError`.
    """
    if kind is not None and kind not in get_args(Kind):
        raise DocumentError(f"kind must be one of {', '.join(get_args(Kind))}, not {kind!r}")
    data, name = _read(source, max_bytes)
    if not data.strip(b"\0\t\n\v\f\r "):
        raise EmptyDocumentError("the document is empty")
    found = _tried(lambda: _kind(data, kind or _EXTENSIONS.get(PurePath(name).suffix.lower())))
    watch = _deadline()
    pages = _tried(lambda: _pages(data, max_pages, watch)) if found == "pdf" else None
    text = _clean(_text(data, found, watch), found)
    if not text and pages:
        raise ScannedDocumentError("the PDF has no text, only pictures of it: read it by OCR, and give the text")
    if not text:
        raise EmptyDocumentError("there is no text in the document")
    counts = {"bytes": len(data), "characters": len(text)} | ({"pages": pages} if pages else {})
    return Document(page_content=text, metadata={"source": name, "kind": found} | counts)


def _read(source: str | os.PathLike[str] | bytes | BinaryIO, max_bytes: int) -> tuple[bytes, str]:
    if isinstance(source, bytes | bytearray | memoryview):
        data, name = bytes(source[: max_bytes + 1]), ""
    elif isinstance(source, str | os.PathLike):
        path = os.fspath(source)
        # The errors of `open` name the path: a text given for one must not come to be in them.
        if re.match(r"[a-zA-Z][\w+.-]+://", path):
            raise UnsupportedDocumentError(
                "an address is not fetched: download the document, and give its path or bytes"
            )
        if "\n" in path or "\0" in path:
            raise DocumentError("a string is a path: give a text itself to the chain, or its bytes")
        mode = os.stat(path).st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):  # a pipe might never end; `open` refuses a folder
            raise UnsupportedDocumentError("the path is no regular file: open it, and give the file")
        with open(path, "rb") as file:
            data, name = file.read(max_bytes + 1), PurePath(path).name
    elif hasattr(source, "read"):
        data = _read_file(source, max_bytes)
        named = getattr(source, "name", "")
        name = PurePath(named).name if isinstance(named, str) else ""
    else:
        raise DocumentError(f"a document is a path, bytes or a binary file, not {type(source).__name__}")
    if len(data) > max_bytes:
        raise DocumentTooLargeError(f"the document has more than {max_bytes:,} bytes (max_bytes)")
    return data, name


def _read_file(file: BinaryIO, max_bytes: int) -> bytes:
    data = bytearray()
    while len(data) <= max_bytes and (chunk := file.read(max_bytes + 1 - len(data))):
        if not isinstance(chunk, bytes):
            raise DocumentError("the file was opened as text: open it with mode 'rb'")
        data += chunk
    return bytes(data)


def _kind(data: bytes, expected: Kind | None) -> Kind:
    found = _found(data)
    if found == "txt" and expected == "html" and _TAG.search(_decoded(data)):
        return "html"
    if expected == "md" and found in ("txt", "html"):  # Markdown may begin with HTML
        return "md"
    if expected and expected != found:
        raise UnsupportedDocumentError(
            f"the document is {_NAMES[found]}, but its extension or kind says {_NAMES[expected]}:"
            f" rename it, or say kind={found!r}"
        )
    return found


def _found(data: bytes) -> Kind:
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise EncryptedDocumentError("the Office file needs a password: save it without one")
        raise UnsupportedDocumentError(f"the document is an old Office file (.doc): {_SAVE}")
    for start, what in _FOREIGN:
        if re.match(start, data, re.DOTALL):
            raise UnsupportedDocumentError(f"the document is {what}")
    if data.startswith(b"PK\3\4"):
        return _archived(data)
    if b"%PDF-" in data[:1024]:  # where other readers look for it
        return "pdf"
    text = _decoded(data)
    if _HTML_START.match(text):
        return "html"
    if text.lstrip().startswith("<?xml"):
        raise UnsupportedDocumentError(f"the document is an XML file: {_SAVE}")
    return "txt"


def _archived(data: bytes) -> Literal["docx"]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
    if any(re.fullmatch(r"word/document\d*\.xml", name) for name in names):
        return "docx"
    for inside, what in _ARCHIVED:
        if any(re.match(inside, name) for name in names):
            raise UnsupportedDocumentError(f"the document is {what}")
    raise UnsupportedDocumentError("the document is an archive: unpack it, and give one document")


def _decoded(data: bytes) -> str:
    text = data.decode(_encoding(data))
    if len(_CONTROLS.findall(text)) > len(text) // 50:  # texts have a stray one, UTF-16 without a mark is half of them
        raise UnsupportedDocumentError("the document is binary, or text in an unknown encoding: save it as UTF-8")
    return text


def _encoding(data: bytes) -> str:
    for encoding in ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise UnsupportedDocumentError("the document is binary, or text in an unknown encoding: save it as UTF-8")


def _pages(data: bytes, max_pages: int, watch: Callable[..., str]) -> int:
    import pypdf

    reader = pypdf.PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise EncryptedDocumentError("the PDF needs a password: save it without one")
    pages = len(reader.pages)
    if pages > max_pages:
        raise DocumentTooLargeError(f"the PDF has {pages:,} pages, and {max_pages:,} are read (max_pages)")
    if not pages:
        raise EmptyDocumentError("the PDF has no pages")
    for page in reader.pages:
        watch()
        if _contents(page) > MAX_PAGE_BYTES:
            raise DocumentTooLargeError(
                f"a page of the PDF unpacks to more than the limit of {MAX_PAGE_BYTES:,} bytes: print it to a new PDF"
            )
    return pages


def _contents(page: PageObject) -> int:
    """Bytes of a page's contents, unpacked; it stops counting beyond the limit."""
    from pypdf.generic import StreamObject

    contents = page["/Contents"].get_object() if "/Contents" in page else None
    size = 0
    for part in contents if isinstance(contents, list) else [contents]:
        stream = part.get_object() if part is not None else None
        size += len(stream.get_data()) if isinstance(stream, StreamObject) else 0
        if size > MAX_PAGE_BYTES:
            break
    return size


def _text(data: bytes, kind: Kind, watch: Callable[..., str]) -> str:
    loader, options = _tried(lambda: _loader(kind, data, watch))
    if kind == "docx":
        data = _tried(lambda: plain_docx(data))
    elif kind == "html":
        data = plain_html(_decoded(data)).encode()
    with TemporaryDirectory(prefix="careerv2-") as folder:  # of this user alone, and removed whatever happens
        path = Path(folder, "document")
        path.write_bytes(data)
        return "\n\n".join(_tried(lambda: _loaded(loader(str(path), **options), watch)))


def _loaded(loader: BaseLoader, watch: Callable[..., str]) -> list[str]:
    if parser := getattr(loader, "parser", None):
        # What a PDF's parser calls after each page, for its images, of which none are read. Its mode "page" would let
        # this loop look at the clock, but reads the labels of all pages for each, and fails where one is damaged.
        parser.extract_images_from_page = watch
    return [document.page_content for document in loader.load()]


def _loader(kind: Kind, data: bytes, watch: Callable[..., str]) -> tuple[Callable[..., BaseLoader], dict[str, Any]]:
    with _IMPORTING:
        if "langchain_community" not in sys.modules:
            # The package is sunset, and says so with one DeprecationWarning when it is first imported; its loaders say
            # nothing. Who reads a resume can do nothing about it, and under `-W error` the import would fail. The
            # filter is for that warning, and in force while that small module, without the loaders, is imported. Were
            # another thread in a `catch_warnings` of its own just then, no more than this one filter could stay behind.
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "`langchain-community` is being sunset", DeprecationWarning)
                import_module("langchain_community")
    text: dict[str, Any] = {"encoding": _encoding(data)} if kind in ("txt", "md") else {}
    module, name, options = {
        "pdf": ("pdf", "PyPDFLoader", _PDF | {"extraction_kwargs": {"visitor_operand_before": watch}}),
        "docx": ("word_document", "Docx2txtLoader", {}),
        "html": ("html_bs", "BSHTMLLoader", _HTML),
    }.get(kind, ("text", "TextLoader", text))
    loader: Callable[..., BaseLoader] = getattr(import_module(f"langchain_community.document_loaders.{module}"), name)
    return loader, options


def _deadline() -> Callable[..., str]:
    end = time.monotonic() + MAX_SECONDS

    def watch(*_: object) -> str:
        if time.monotonic() > end:
            raise _OutOfTime
        return ""  # the text of a page's images

    return watch


def _tried(read: Callable[[], T]) -> T:
    try:
        return read()
    except DocumentError:
        raise
    except (Exception, _OutOfTime) as error:  # noqa: BLE001  # parsers raise whatever a damaged file makes them stumble on
        names = [each.__name__ for each in type(error).__mro__]
    # Raised out here, without the parser's error, which may quote the document.
    leaf, message = next((_LEAVES[name] for name in names if name in _LEAVES), _BROKEN)
    raise leaf(message)


def _clean(text: str, kind: Kind) -> str:
    text = _UNWANTED.sub("", _LINE_ENDS.sub("\n", text))
    if kind == "pdf":
        text = text.translate(_LIGATURES)
    if kind in ("txt", "md"):  # indents mean something there; elsewhere they are left over from the layout
        text = "\n".join(line.rstrip() for line in text.split("\n"))
    else:
        text = "\n".join(line.strip() for line in text.split("\n"))
    # A hyphen that is seen at a line's end may belong to the word; a soft one never does.
    return re.sub(r"\n{3,}", "\n\n", _SPLIT_WORD.sub("", text)).strip("\n")
