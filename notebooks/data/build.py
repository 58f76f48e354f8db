"""Makes `resume.pdf` and `job_ad.docx` of the Markdown beside them: headings, paragraphs and bullets, no more.

    python notebooks/data/build.py

The person, the firms and the job are invented.
"""

from __future__ import annotations

import textwrap
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

HERE = Path(__file__).parent
PAGE = (595, 842)
"""A4, in points, as everything in a PDF."""
MARGIN = 56
STYLES = {
    "# ": ("F2", 20, 60),
    "## ": ("F2", 13, 90),
    "### ": ("F2", 10.5, 100),
    "- ": ("F1", 10, 98),
    "": ("F1", 10, 100),
}
"""Of each kind of line: its font, its size, and the characters in which it is wrapped."""
LEVELS = {"# ": "Title", "## ": "Heading1", "### ": "Heading2", "- ": "ListBullet"}
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DRAWN = {"Title": (36, 240), "Heading1": (26, 240), "Heading2": (22, 160), "ListBullet": (20, 0)}
"""Of each style of a DOCX: half points of its letters, and twentieths of a point above it."""


def lines(text: str) -> Iterator[tuple[str, str]]:
    """Each line as its mark and what stands behind it."""
    for line in filter(None, text.splitlines()):
        mark = next(mark for mark in STYLES if line.startswith(mark))
        yield mark, line.removeprefix(mark)


def pages(text: str) -> Iterator[bytes]:
    """The drawing orders of each page."""
    orders: list[str] = []
    y = float(PAGE[1] - MARGIN)
    for mark, line in lines(text):
        font, size, width = STYLES[mark]
        y -= size * (0.9 if mark.startswith("#") else 0.25)
        for number, piece in enumerate(textwrap.wrap(line, width, break_on_hyphens=False)):
            y -= size * 1.35
            if y < MARGIN:
                yield "\n".join(orders).encode("cp1252")
                orders, y = [], PAGE[1] - MARGIN - size * 1.35
            dot = "\u2022 " if mark == "- " and not number else ""
            x = MARGIN + (8 if mark == "- " and number else 0)
            shown = f"{dot}{piece}".replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
            orders.append(f"BT /{font} {size} Tf {x} {y:.1f} Td ({shown}) Tj ET")
    yield "\n".join(orders).encode("cp1252")


def pdf(text: str) -> bytes:
    """A PDF of the Markdown, in Helvetica, with its table of contents."""
    fonts = {"F1": "Helvetica", "F2": "Helvetica-Bold"}
    font = " ".join(
        f"/{key} << /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>"
        for key, name in fonts.items()
    )
    drawn = list(pages(text))
    kids = " ".join(f"{3 + 2 * number} 0 R" for number in range(len(drawn)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(drawn)} /MediaBox [0 0 {PAGE[0]} {PAGE[1]}] /Kids [{kids}]"
        f" /Resources << /Font << {font} >> >> >>".encode(),
    ]
    for number, body in enumerate(drawn):
        objects.append(f"<< /Type /Page /Parent 2 0 R /Contents {4 + 2 * number} 0 R >>".encode())
        objects.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(body), body))
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(b"%010d 00000 n \n" % len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"xref\n0 %d\n0000000000 65535 f \n%b" % (len(objects) + 1, b"".join(offsets))
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(out))
    return bytes(out + table + end)


def docx(text: str) -> dict[str, str]:
    """The parts of a DOCX of the Markdown."""
    types, office = (
        "application/vnd.openxmlformats-officedocument.wordprocessingml",
        "http://schemas.openxmlformats.org",
    )
    body = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{LEVELS.get(mark, "Normal")}"/></w:pPr>'
        f'<w:r><w:t xml:space="preserve">{chr(8226) + " " if mark == "- " else ""}{escape(line)}</w:t></w:r></w:p>'
        for mark, line in lines(text)
    )
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="{name}"/><w:pPr><w:spacing w:before="{above}"/>'
        f'</w:pPr><w:rPr>{"<w:b/>" * ("List" not in name)}<w:sz w:val="{size}"/></w:rPr></w:style>'
        for name, (size, above) in DRAWN.items()
    )
    packed = (
        f'<Relationships xmlns="{office}/package/2006/relationships"><Relationship Id="rId1"'
        f' Type="{office}/officeDocument/2006/relationships/{{}}" Target="{{}}"/></Relationships>'
    )
    return {
        "[Content_Types].xml": f'<Types xmlns="{office}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{types}.document.main+xml"/>'
        f'<Override PartName="/word/styles.xml" ContentType="{types}.styles+xml"/></Types>',
        "_rels/.rels": packed.format("officeDocument", "word/document.xml"),
        "word/_rels/document.xml.rels": packed.format("styles", "styles.xml"),
        "word/document.xml": f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>',
        "word/styles.xml": f'<w:styles xmlns:w="{W}">{styles}</w:styles>',
    }


if __name__ == "__main__":
    (HERE / "resume.pdf").write_bytes(pdf((HERE / "resume.md").read_text(encoding="utf-8")))
    with zipfile.ZipFile(HERE / "job_ad.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        for part, xml in docx((HERE / "job_ad.md").read_text(encoding="utf-8")).items():
            # A date of its own, so that the same text makes the same file.
            info = zipfile.ZipInfo(part, (2026, 1, 1, 0, 0, 0))
            archive.writestr(info, f'<?xml version="1.0" encoding="UTF-8"?>{xml}', zipfile.ZIP_DEFLATED)
