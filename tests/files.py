"""Small documents made by hand: PDF and DOCX, whole and broken."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"


def raw_pdf(objects: Mapping[int, bytes]) -> bytes:
    """A PDF of these numbered objects, of which 1 is the catalog, with its table of contents."""
    out, offsets = bytearray(b"%PDF-1.7\n"), {}
    for number, body in objects.items():
        offsets[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start, size = len(out), max(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        out += b"%010d 00000 n \n" % offsets[number] if number in offsets else b"0000000000 65535 f \n"
    return bytes(out + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start))


def stream(data: bytes, extra: bytes = b"") -> bytes:
    return b"<< /Length %d %b >>\nstream\n%b\nendstream" % (len(data), extra, data)


def packed(data: bytes) -> bytes:
    return stream(zlib.compress(data, 9), b"/Filter /FlateDecode")


def content(lines: Sequence[str]) -> bytes:
    shown = []
    for line in lines:
        text = line.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
        shown.append(b"(%b) Tj T*" % text)
    return b"BT /F1 11 Tf 14 TL 72 770 Td\n%b\nET" % b"\n".join(shown)


def pages_pdf(contents: Sequence[bytes | None], encoding: bytes = b"/WinAnsiEncoding") -> bytes:
    """A PDF with a page for each content stream object; None is a page without any."""
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding %b >>" % encoding
    first = 4
    kids = b" ".join(b"%d 0 R" % (first + 2 * index) for index in range(len(contents)))
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Count %d /MediaBox [0 0 595 842] /Kids [%b] >>" % (len(contents), kids),
        3: font,
    }
    for index, body in enumerate(contents):
        page = first + 2 * index
        shown = b"/Contents %d 0 R" % (page + 1) if body is not None else b""
        objects[page] = b"<< /Type /Page /Parent 2 0 R /Resources << /Font << /F1 3 0 R >> >> %b >>" % shown
        if body is not None:
            objects[page + 1] = body
    return raw_pdf(objects)


def pdf(*pages: Sequence[str]) -> bytes:
    """A PDF that shows these lines, in Helvetica with the Windows encoding."""
    return pages_pdf([stream(content(lines)) for lines in pages])


def paragraph(text: str) -> str:
    return f'<w:p><w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def docx_part(body: str, root: str = "document") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<w:{root} xmlns:w="{W}" xmlns:mc="{MC}"><w:body>{body}</w:body></w:{root}>'
    )


def docx_of(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip archive of these parts, packed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()


def docx(*lines: str) -> bytes:
    """A DOCX with a paragraph for each line."""
    body = "".join(map(paragraph, lines))
    return docx_of({"[Content_Types].xml": "<Types/>", "word/document.xml": docx_part(body), "word/styles.xml": "<s/>"})
