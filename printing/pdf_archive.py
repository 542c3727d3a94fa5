"""What makes a PDF fit for an archive: XMP metadata, an output intent, dates of the document alone.

The structure follows PDF/A-2b (ISO 19005-2): sRGB output intent, XMP with the identification schema, all
fonts embedded, no encryption or transparency. No validator has judged it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import escape

from PIL import ImageCms
from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas

from printing.layout import Document
from printing.text import printable

PRODUCER = "Yichuang"
_UNDATED = datetime(2000, 1, 1, tzinfo=UTC)
_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
 xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
<pdf:Producer>{producer}</pdf:Producer><pdf:Keywords>{identifier}</pdf:Keywords>
<xmp:CreatorTool>{producer}</xmp:CreatorTool>
<xmp:CreateDate>{date}</xmp:CreateDate><xmp:ModifyDate>{date}</xmp:ModifyDate>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


def _facts(document: Document) -> dict[str, str]:
    meta = document.metadata
    return {
        "title": printable(document.title),
        "author": printable(meta.author),
        "subject": printable(meta.subject),
        "identifier": printable(meta.identifier),
    }


def _created(document: Document) -> datetime:
    return (document.metadata.created or _UNDATED).astimezone(UTC).replace(microsecond=0)


@lru_cache(maxsize=1)
def _srgb() -> bytes:
    """Return an sRGB profile whose only varying field, its creation date (bytes 24–35), is fixed."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    date = b"".join(part.to_bytes(2, "big") for part in (2000, 1, 1, 0, 0, 0))
    return profile[:24] + date + profile[36:]


def _xmp(document: Document) -> pdfdoc.PDFStream:
    facts = {key: escape(value) for key, value in _facts(document).items()}
    date = _created(document).strftime("%Y-%m-%dT%H:%M:%SZ")
    content = _XMP.format(**facts, date=date, producer=PRODUCER).encode()
    kind = pdfdoc.PDFDictionary({"Type": pdfdoc.PDFName("Metadata"), "Subtype": pdfdoc.PDFName("XML")})
    return pdfdoc.PDFStream(kind, content, filters=[])


def _output_intent(core: Any) -> pdfdoc.PDFArray:
    profile = pdfdoc.PDFStream(pdfdoc.PDFDictionary({"N": 3}), _srgb(), filters=[pdfdoc.PDFZCompress])
    intent = {
        "Type": pdfdoc.PDFName("OutputIntent"),
        "S": pdfdoc.PDFName("GTS_PDFA1"),
        "OutputConditionIdentifier": pdfdoc.PDFString("sRGB IEC61966-2.1"),
        "DestOutputProfile": core.Reference(profile),
    }
    return pdfdoc.PDFArray([pdfdoc.PDFDictionary(intent)])


def describe(canvas: Canvas, document: Document) -> None:
    """Write the document's metadata, dates and output intent into the file being made."""
    facts, created = _facts(document), _created(document)
    canvas.setTitle(facts["title"])
    canvas.setAuthor(facts["author"])
    canvas.setSubject(facts["subject"])
    canvas.setKeywords(facts["identifier"])
    canvas.setCreator(PRODUCER)
    canvas.setProducer(PRODUCER)
    canvas.setDateFormatter(lambda *_: created.strftime("D:%Y%m%d%H%M%S+00'00'"))
    core: Any = vars(canvas)["_doc"]  # reportlab offers no other way to an output intent
    core.Catalog.__NoDefault__ = [*core.Catalog.__NoDefault__, "OutputIntents"]
    core.Catalog.OutputIntents = _output_intent(core)
    core.Catalog.Metadata = _xmp(document)
