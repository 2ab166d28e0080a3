"""A PDF of one page (ISO 32000-1), written byte by byte, so that it has only the construct that the script examines."""

import io


def page(content: str, *, properties: str = "", more: tuple[str, ...] = (), catalog: str = "") -> bytes:
    """Return the file. `content` is the page's stream, with the font /F1; the objects of `more` are numbered from 6."""
    objects = [
        f"<</Type/Catalog/Pages 2 0 R{catalog}>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 5 0 R"
        f"/Resources<</Font<</F1 4 0 R>>/Properties<<{properties}>>>>>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        f"<</Length {len(content)}>>stream\n{content}\nendstream",
        *more,
    ]
    file = io.BytesIO()
    file.write(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(file.tell())
        file.write(f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1"))
    table = file.tell()
    file.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    file.writelines(f"{offset:010} 00000 n \n".encode() for offset in offsets)
    file.write(f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n".encode())
    return file.getvalue()


def read(file: bytes) -> dict[str, str]:
    """Return the page's text from pdfium, pypdf and pdfplumber, with single blanks between words."""
    import pdfplumber
    import pypdf
    import pypdfium2

    texts = {
        "pdfium": pypdfium2.PdfDocument(file)[0].get_textpage().get_text_range(),
        "pypdf": pypdf.PdfReader(io.BytesIO(file)).pages[0].extract_text(),
        "pdfplumber": pdfplumber.open(io.BytesIO(file)).pages[0].extract_text(),
    }
    return {name: " ".join(text.split()) for name, text in texts.items()}
