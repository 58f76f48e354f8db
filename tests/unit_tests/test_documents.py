"""Documents as people send them: whole, broken, hostile, in other languages, and by path, bytes and file."""

from __future__ import annotations

import contextlib
import io
import itertools
import os
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO, cast

import pypdf
import pytest

from langchain_careerv2 import documents, errors, markup
from langchain_careerv2.documents import Kind, load_document
from tests import files

GERMAN = ("Jörg Müller", "Fähigkeiten", "Größe: 1,80 m", "Straßenbau, Äcker & Öfen")
LINES = ("Jo Example", "Skills", "SQL and Python")
TEXT = b"Jo Example\n\nSkills\nSQL"
HTML = b"<!doctype html><html><body><h1>Jo</h1><h2>Skills</h2><ul><li>SQL<li>Py<b>thon</b></ul></body></html>"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512
DOCX_BOMB = files.docx_of({"word/document.xml": b"<a>" + b" " * (markup.MAX_XML_BYTES + 1)})
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in zip("abcdefgh", "bcdefghi", strict=True))
    + f']><w:document xmlns:w="{files.W}"><w:p><w:r><w:t>&i;</w:t></w:r></w:p></w:document>'
)
TREE = {1: b"<< /Type /Catalog /Pages 2 0 R >>"} | {
    number: b"<< /Type /Pages /Count 1 /Kids [%d 0 R] >>" % (number + 1) for number in range(2, 3000)
}
CYCLE = {1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: b"<< /Type /Pages /Count 1 /Kids [2 0 R] >>"}


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where temporary files are made; whatever the test does, none may be left there."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert not [*folder.iterdir()]


def encrypted(password: str) -> bytes:
    writer, out = pypdf.PdfWriter(pypdf.PdfReader(io.BytesIO(files.pdf(LINES)))), io.BytesIO()
    writer.encrypt(password, "owner", algorithm="RC4-128")
    writer.write(out)
    return out.getvalue()


def forms(depth: int) -> bytes:
    """A page whose form shows a form ten times, and so on, so that there are ten to the power of depth."""
    fonts = b"/Font << /F1 3 0 R >>"
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Count 1 /MediaBox [0 0 9 9] /Kids [4 0 R] >>",
        3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        4: b"<< /Type /Page /Parent 2 0 R /Contents 5 0 R /Resources << %b /XObject << /X 6 0 R >> >> >>" % fonts,
        5: files.stream(b"/X Do"),
    }
    for number in range(6, 6 + depth):
        inside = b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << %b /XObject << /X %d 0 R >> >>"
        objects[number] = files.stream(b"/X Do " * 10, inside % (fonts, number + 1))
    objects[6 + depth] = files.stream(files.content(["x"]), b"/Type /XObject /Subtype /Form /BBox [0 0 9 9]")
    return files.raw_pdf(objects)


@pytest.mark.parametrize(
    ("data", "name", "kind", "text"),
    [
        (files.pdf(GERMAN), "cv.pdf", "pdf", "\n".join(GERMAN)),
        (files.pdf(LINES, ["Page two"]), "CV.PDF", "pdf", "\n".join(LINES) + "\n\nPage two"),
        (b"\n\n" + files.pdf(LINES), "cv.pdf", "pdf", "\n".join(LINES)),
        (encrypted(""), "cv.pdf", "pdf", "\n".join(LINES)),
        (files.docx(*GERMAN), "cv.docx", "docx", "\n\n".join(GERMAN)),
        (TEXT, "cv.txt", "txt", TEXT.decode()),
        ("\n".join(GERMAN).encode("cp1252"), "cv.txt", "txt", "\n".join(GERMAN)),
        ("\n".join(GERMAN).encode("utf-8"), "cv.txt", "txt", "\n".join(GERMAN)),
        ("\n".join(GERMAN).encode("utf-8-sig"), "cv.txt", "txt", "\n".join(GERMAN)),
        ("\n".join(GERMAN).encode("utf-16"), "cv.txt", "txt", "\n".join(GERMAN)),
        (b"# Jo\n\n- SQL\n  - dbt", "cv.md", "md", "# Jo\n\n- SQL\n  - dbt"),
        (b"<h1>Jo</h1>\n\n## Skills", "readme.md", "md", "<h1>Jo</h1>\n\n## Skills"),
        (HTML, "cv.html", "html", "Jo\n\nSkills\n\nSQL\nPython"),
        (HTML, "no_extension", "html", "Jo\n\nSkills\n\nSQL\nPython"),
        (b"Jo <i>Example</i>", "cv.htm", "html", "Jo Example"),
        (TEXT, "cv.unknown", "txt", TEXT.decode()),
    ],
)
def test_a_document_gives_the_same_by_path_by_bytes_and_by_file(
    tmp_path: Path, data: bytes, name: str, kind: Kind, text: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    found = load_document(path)
    assert found.page_content == text
    wanted = {"source": name, "kind": kind, "bytes": len(data), "characters": len(text)}
    assert {key: value for key, value in found.metadata.items() if key != "pages"} == wanted
    assert load_document(str(path)) == found
    with path.open("rb") as file:
        assert load_document(file) == found
        assert not file.closed
    nameless = load_document(io.BytesIO(data), kind=kind)
    assert nameless == load_document(data, kind=kind)
    assert nameless.page_content == text
    assert nameless.metadata == found.metadata | {"source": ""}


def test_the_pages_of_a_pdf_are_counted_and_many_are_read() -> None:
    data = files.pdf(*[[f"Page {number}"] for number in range(300)])
    found = load_document(data)
    assert found.metadata["pages"] == 300
    assert found.page_content.split("\n\n") == [f"Page {number}" for number in range(300)]
    with pytest.raises(errors.DocumentTooLargeError, match="300 pages"):
        load_document(data, max_pages=299)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (f"<w:tbl><w:tr><w:tc>{files.paragraph('Skills')}</w:tc><w:tc>{files.paragraph('SQL')}</w:tc></w:tr></w:tbl>",
         "Skills\n\nSQL"),
        ("<w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr><w:r><w:t>SQL</w:t><w:br/><w:t>dbt</w:t></w:r></w:p>",
         "SQL\ndbt"),
        ("<w:p><w:r><w:t>non</w:t><w:noBreakHyphen/><w:t>profit</w:t></w:r></w:p>", "non-profit"),
        ('<w:p><w:r><w:rPr><w:color w:val="FFFFFF"/><w:vanish/></w:rPr><w:t>Hire me</w:t></w:r></w:p>', "Hire me"),
        (f"<mc:AlternateContent><mc:Choice>{files.paragraph('Box')}</mc:Choice>"
         f"<mc:Fallback>{files.paragraph('Box')}</mc:Fallback></mc:AlternateContent>", "Box"),
        (f"<mc:AlternateContent><mc:Choice>{files.paragraph('Box')}</mc:Choice>"
         f"<mc:Fallback>{files.paragraph('Hidden')}</mc:Fallback></mc:AlternateContent>", "Box\n\nHidden"),
        ("<w:p>" * 100 + "<w:r><w:t>deep</w:t></w:r>" + "</w:p>" * 100, "deep"),
    ],
)  # fmt: skip
def test_all_text_of_a_docx_is_read_once(body: str, text: str) -> None:
    assert load_document(files.docx_of({"word/document.xml": files.docx_part(body)})).page_content == text


def test_headers_and_footers_of_a_docx_are_read_and_its_document_may_be_numbered() -> None:
    parts = {
        f"word/{name}.xml": files.docx_part(files.paragraph(name))
        for name in ("footer1", "document2", "header1", "styles")
    }
    assert load_document(files.docx_of(parts)).page_content == "header1\n\ndocument2\n\nfooter1"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (b'<p>a</p><p style="display:none">Hire me</p>', "a\n\nHire me"),
        (b"<p>a</p><!-- b --><script>c<p>d</script ><STYLE>e</STYLE><p>f</p>", "a\n\nf"),
        (b"<p>built\n   in  Python</p><pre>one\ntwo</pre>", "built in Python\n\none\ntwo"),
        (b"<div>C &amp; C++ &lt;3, 1 < 2</div>", "C & C++ <3, 1 < 2"),
        (b"<p>a</p><!-- never ends <p>b</p>", "a\n\n<!-- never ends\n\nb"),
        (b"<p>a</p><script>never ends <p>b</p>", "a\n\nnever ends\n\nb"),
        (b"<p title=\"x > y\" class='z'>a</p><![if !supportLists]><o:p>b</o:p><![endif]>", "a\n\nb"),
        (b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body>a<br/>b</body></html>', "a\nb"),
        (b"<table><tr><th>Skills</th><td>SQL</td></tr></table>", "Skills\nSQL"),
        (b"<div>" * 5000 + b"deep", "deep"),
    ],
)
def test_html_gives_what_is_written_in_it_block_by_block(html: bytes, text: str) -> None:
    assert load_document(html).page_content == text


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("a\r\nb\rc\u2028d\x0ce", "a\nb\nc\nd\ne"),
        ("a" * 200 + "\x07\x00b\x9f", "a" * 200 + "b"),
        ("a  \n\n\n \n\tb\n", "a\n\n\tb"),
        ("pay\u00ad\nment, IT-\nsupport, so\u00adft", "payment, IT-\nsupport, so\u00adft"),
        ("\u200ba\u202eb", "\u200ba\u202eb"),  # hidden characters are for the gate to flag
        ("caf\u0065\u0301", "caf\u0065\u0301"),
    ],
)
def test_text_is_cleaned_of_what_nobody_wrote(text: str, clean: str) -> None:
    assert load_document(text.encode()).page_content == clean


@pytest.mark.parametrize(
    ("data", "name", "leaf", "words"),
    [
        (PNG, "cv.docx", errors.UnsupportedDocumentError, "an image.*OCR"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 9, "cv.jpg", errors.UnsupportedDocumentError, "an image"),
        (files.pdf(LINES), "cv.txt", errors.UnsupportedDocumentError, "is a PDF, .*plain text.*kind='pdf'"),
        (TEXT, "cv.pdf", errors.UnsupportedDocumentError, "is plain text, .*a PDF"),
        (TEXT, "cv.html", errors.UnsupportedDocumentError, "is plain text, .*HTML"),
        (HTML, "cv.txt", errors.UnsupportedDocumentError, "is HTML"),
        (OLE, "cv.doc", errors.UnsupportedDocumentError, r"\.doc.*save it as DOCX or PDF"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "cv.docx", errors.EncryptedDocumentError, "password"),
        (rb"{\rtf1 Jo}", "cv.rtf", errors.UnsupportedDocumentError, "RTF"),
        (b"%!PS-Adobe", "cv.ps", errors.UnsupportedDocumentError, "PostScript"),
        (files.docx_of({"a.txt": "a"}), "cv.zip", errors.UnsupportedDocumentError, "archive"),
        (files.docx_of({"xl/workbook.xml": "a"}), "cv.xlsx", errors.UnsupportedDocumentError, "Excel"),
        (files.docx_of({"content.xml": "a"}), "cv.odt", errors.UnsupportedDocumentError, "OpenDocument"),
        (b"<?xml version='1.0'?><cv/>", "cv.xml", errors.UnsupportedDocumentError, "XML"),
        (bytes(range(256)) * 4, "cv.txt", errors.UnsupportedDocumentError, "binary"),
        (b"\x01\x02\x03\x04abc", "cv.txt", errors.UnsupportedDocumentError, "binary"),
        ("Jo Example".encode("utf-16-le"), "cv.txt", errors.UnsupportedDocumentError, "UTF-8"),
        (b"\xff\xfea", "cv.txt", errors.UnsupportedDocumentError, "UTF-8"),
        (b"", "cv.pdf", errors.EmptyDocumentError, "empty"),
        (b" \n\0\r\n", "cv.txt", errors.EmptyDocumentError, "empty"),
        (b"\xef\xbb\xbf\n", "cv.txt", errors.EmptyDocumentError, "no text"),
        (files.docx(), "cv.docx", errors.EmptyDocumentError, "no text"),
        (b"<html><script>a</script></html>", "cv.html", errors.EmptyDocumentError, "no text"),
        (files.pages_pdf([]), "cv.pdf", errors.EmptyDocumentError, "no pages"),
        (files.pages_pdf([None, files.stream(b"q Q")]), "cv.pdf", errors.ScannedDocumentError, "OCR"),
        (encrypted("secret"), "cv.pdf", errors.EncryptedDocumentError, "password"),
        (files.pdf(LINES)[:300], "cv.pdf", errors.BrokenDocumentError, "damaged"),
        (b"%PDF-1.7\n", "cv.pdf", errors.BrokenDocumentError, "damaged"),
        (files.raw_pdf(CYCLE), "cv.pdf", errors.BrokenDocumentError, "damaged"),
        (files.docx(*LINES)[:200], "cv.docx", errors.BrokenDocumentError, "damaged"),
        (files.docx_of({"word/document.xml": "<w:document"}), "cv.docx", errors.BrokenDocumentError, "damaged"),
        (files.docx_of({"word/document.xml": LAUGHS}), "cv.docx", errors.BrokenDocumentError, "type definition"),
        (files.docx_of({"word/document.xml": LAUGHS.replace("?>", ' encoding="UTF-16"?>', 1).encode("utf-16")}),
         "cv.docx", errors.BrokenDocumentError, "type definition"),
        (DOCX_BOMB, "cv.docx", errors.DocumentTooLargeError, "unpacks to more"),
        (files.pages_pdf([files.packed(b" " * 80_000_000)]), "cv.pdf", errors.DocumentTooLargeError, "limit"),
        (files.raw_pdf(TREE | {3000: b"<< /Type /Page >>"}), "cv.pdf", errors.DocumentTooLargeError, "limit"),
        (b"<p>x" * 1_000_000, "cv.html", errors.DocumentTooLargeError, "elements"),
        (b"<p>" + b"<!--" * 200_000, "cv.html", errors.DocumentTooLargeError, "elements"),
    ],
)  # fmt: skip
def test_a_bad_file_is_an_error_that_says_what_it_is(
    tmp_path: Path, data: bytes, name: str, leaf: type[errors.DocumentError], words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(leaf, match=words) as caught:
        load_document(path)
    assert type(caught.value) is leaf
    assert caught.value.__context__ is None  # a parser's error may quote the document


@pytest.mark.parametrize("flip", range(0, 900, 41))
@pytest.mark.parametrize(
    "data", [files.pdf(LINES), files.docx(*LINES), encrypted("")], ids=["pdf", "docx", "encrypted"]
)
def test_a_damaged_file_is_read_or_is_a_typed_error(data: bytes, flip: int) -> None:
    damaged = bytearray(data)
    damaged[flip % len(data)] ^= 0x5A
    with contextlib.suppress(errors.DocumentError):
        assert load_document(bytes(damaged)).page_content


@pytest.mark.parametrize(
    ("source", "leaf", "words"),
    [
        ("https://example.com/cv.pdf", errors.UnsupportedDocumentError, "not fetched"),
        ("s3://bucket/cv.pdf", errors.UnsupportedDocumentError, "not fetched"),
        ("Jo Example\nSQL", errors.DocumentError, "a string is a path"),
        (io.StringIO("Jo"), errors.DocumentError, "'rb'"),
        (7, errors.DocumentError, "not int"),
    ],
)
def test_what_is_no_document_is_refused(source: object, leaf: type[Exception], words: str) -> None:
    with pytest.raises(leaf, match=words):
        load_document(cast("str", source))
    with pytest.raises(errors.DocumentError, match="kind must be one of pdf"):
        load_document(TEXT, kind=cast("Kind", "doc"))


def test_errors_of_the_file_system_pass_as_they_are(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_document(tmp_path / "none.pdf")
    with pytest.raises(IsADirectoryError):
        load_document(tmp_path)
    os.mkfifo(tmp_path / "pipe")  # opening it would wait for a writer
    with pytest.raises(errors.UnsupportedDocumentError, match="no regular file"):
        load_document(tmp_path / "pipe")


class Endless(io.RawIOBase):
    """A file without an end, read in small pieces, that counts what is taken."""

    taken = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        assert size >= 0
        self.taken += min(size, 1000)
        return b"a" * min(size, 1000)


def test_no_more_is_read_than_one_byte_over_the_limit(tmp_path: Path) -> None:
    endless = Endless()
    with pytest.raises(errors.DocumentTooLargeError, match="5,500 bytes"):
        load_document(cast("BinaryIO", endless), max_bytes=5500)
    assert endless.taken == 5501
    (tmp_path / "cv.txt").write_bytes(b"a" * 100)
    for source in (tmp_path / "cv.txt", b"a" * 100):
        assert load_document(source, max_bytes=100).page_content == "a" * 100
        with pytest.raises(errors.DocumentTooLargeError):
            load_document(source, max_bytes=99)


def test_an_archive_that_lies_about_its_sizes_unpacks_no_further_than_the_limit() -> None:
    lying = bytearray(files.docx_of({"word/document.xml": b" " * (6 * markup.MAX_XML_BYTES)}))
    at = lying.index(b"PK\1\2") + 24  # the unpacked size in the table of contents
    lying[at : at + 4] = (100).to_bytes(4, "little")
    tracemalloc.start()
    try:
        with pytest.raises(errors.BrokenDocumentError):
            load_document(bytes(lying))
        assert tracemalloc.get_traced_memory()[1] < 3 * markup.MAX_XML_BYTES
    finally:
        tracemalloc.stop()


def test_a_pdf_that_takes_too_long_is_given_up_also_within_a_form(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = itertools.count()
    monkeypatch.setattr(documents, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    with pytest.raises(errors.DocumentTooLargeError, match="too long"):
        load_document(forms(4))
    assert next(clock) < documents.MAX_SECONDS + 5


def blank_pages(pages: int, blanks: int) -> bytes:
    """Pages without any operator, so that no visitor sees them."""
    return files.pages_pdf([files.packed(b" " * blanks)] * pages)


def test_a_pdf_without_operators_is_given_up_too(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[object] = []
    real = pypdf.PageObject.extract_text

    def extract_text(page: pypdf.PageObject, *args: Any, **options: Any) -> str:
        read.append(page)
        monkeypatch.setattr(documents, "time", SimpleNamespace(monotonic=lambda: float("inf")))
        return real(page, *args, **options)

    monkeypatch.setattr(pypdf.PageObject, "extract_text", extract_text)
    with pytest.raises(errors.DocumentTooLargeError, match="too long"):
        load_document(blank_pages(9, 1000))
    assert len(read) == 1
    monkeypatch.setattr(documents, "MAX_SECONDS", -1.0)
    monkeypatch.setattr(documents, "time", time)
    with pytest.raises(errors.DocumentTooLargeError, match="too long"):
        load_document(blank_pages(9, 1000))
    assert len(read) == 1  # the clock is looked at while the pages are measured too


@pytest.mark.parametrize("parts", [1, 4])
def test_a_page_may_unpack_to_so_much_and_no_more(parts: int) -> None:
    part = documents.MAX_PAGE_BYTES // parts
    text = files.content(["Jo"])

    def page(size: int) -> bytes:
        objects = {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: b"<< /Type /Pages /Count 1 /MediaBox [0 0 9 9] /Kids [4 0 R] >>",
            3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            4: b"<< /Type /Page /Parent 2 0 R /Contents [%b] /Resources << /Font << /F1 3 0 R >> >> >>"
            % (b"5 0 R " * parts),
            5: files.packed(text + b" " * (size - len(text))),
        }
        return files.raw_pdf(objects)

    assert load_document(page(part)).page_content.startswith("Jo")
    with pytest.raises(errors.DocumentTooLargeError, match=r"a page .* limit of 4,194,304 bytes"):
        load_document(page(part + 1))


def test_damaged_page_labels_are_not_read() -> None:
    data = files.pdf(LINES).replace(b"/Type /Catalog", b"/Type /Catalog /PageLabels << /Nums 5 >>")
    assert load_document(data).page_content == "\n".join(LINES)


def test_letters_that_a_pdf_prints_as_one_are_letters() -> None:
    shown = files.stream(b"BT /F1 11 Tf 72 770 Td (\\001nance) Tj ET")
    data = files.pages_pdf([shown], encoding=b"<< /Type /Encoding /Differences [1 /fi] >>")
    assert load_document(data).page_content == "finance"


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError, RecursionError])
def test_no_temporary_file_is_left_behind(
    monkeypatch: pytest.MonkeyPatch, temporary: Path, error: type[BaseException]
) -> None:
    load_document(TEXT)  # imports the loaders, and keeps their warning from this test
    from langchain_community.document_loaders import TextLoader

    there: list[int] = []

    def load(loader: TextLoader) -> None:
        there.append(
            Path(loader.file_path).stat().st_mode & 0o077 | Path(loader.file_path).parent.stat().st_mode & 0o077
        )
        raise error("Jo Example")

    monkeypatch.setattr(TextLoader, "load", load)
    with pytest.raises(KeyboardInterrupt if error is KeyboardInterrupt else errors.BrokenDocumentError) as caught:
        load_document(TEXT)
    assert len(there) == 1
    assert error is KeyboardInterrupt or "Jo" not in str(caught.value)


def run(code: str, *options: str) -> str:
    command = [sys.executable, *options, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout  # noqa: S603


def test_the_warning_of_the_loaders_is_heard_by_nobody_and_no_filter_stays() -> None:
    code = """
import sys, warnings
import langchain_careerv2, langchain_careerv2.documents as documents
assert "langchain_community" not in sys.modules
before = list(warnings.filters)
for data in (b"Jo", b"<p>Jo</p>", PDF, DOCX):
    assert documents.load_document(data).page_content == "Jo"
assert "langchain_community" in sys.modules
assert [each for each in warnings.filters if each in before] == before  # numpy, which the loaders import, adds its own
assert not [each for each in warnings.filters if "sunset" in str(each[1])]
print("done")
"""
    code = code.replace("PDF", repr(files.pdf(["Jo"]))).replace("DOCX", repr(files.docx("Jo")))
    assert run(code, "-W", "error") == "done\n"


def test_the_loaders_do_warn_by_themselves() -> None:
    """Without this warning the filter would be of no use any more."""
    code = "import warnings\nwith warnings.catch_warnings(record=True) as seen:\n warnings.simplefilter('always')\n"
    shown = run(code + " import langchain_community\nprint(seen[0].category.__name__, seen[0].message)")
    assert shown.startswith("DeprecationWarning `langchain-community` is being sunset")


@pytest.mark.parametrize("name", ["langchain_community", "pypdf", "docx2txt", "bs4"])
def test_a_missing_package_is_an_error_that_says_what_to_install(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for loaded in [each for each in sys.modules if each.partition(".")[0] == name]:
        monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setitem(sys.modules, name, None)
    data = {"langchain_community": TEXT, "pypdf": files.pdf(LINES), "docx2txt": files.docx("a"), "bs4": HTML}[name]
    with pytest.raises(errors.MissingExtraError, match=r"pip install 'langchain-careerv2\[documents\]'") as caught:
        load_document(data)
    assert isinstance(caught.value, ImportError)


def test_every_leaf_is_a_value_error_that_names_itself() -> None:
    leaves = [getattr(errors, name) for name in errors.__all__ if name.endswith(("DocumentError", "ExtraError"))]
    assert len(leaves) == 7
    assert all(issubclass(leaf, errors.DocumentError) and issubclass(leaf, ValueError) for leaf in leaves)
