"""The structure of a page for those who hear it: tags in a reportlab document (ISO 32000-2, 14.7 and 14.8)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from reportlab.pdfbase.pdfdoc import (
    PDFArray,
    PDFDictionary,
    PDFDocument,
    PDFName,
    PDFObjectReference,
    PDFString,
)
from reportlab.pdfgen.canvas import Canvas

ROOT = "structure"


@dataclass(slots=True)
class Element:
    """One element of the structure tree: its marked content as (page, identifier), or elements of its own."""

    role: str
    content: list[tuple[int, int]] = field(default_factory=list)
    alt: str = ""
    title: str = ""
    lang: str = ""
    kids: list["Element"] = field(default_factory=list)


@contextmanager
def marked(canvas: Canvas, role: str | None, mcid: int) -> Iterator[None]:
    """What is drawn inside belongs to a tag, or is ornament where there is none."""
    canvas._code.append(f"/{role} <</MCID {mcid}>> BDC" if role else "/Artifact BMC")  # type: ignore[attr-defined]  # noqa: SLF001
    yield
    canvas._code.append("EMC")  # type: ignore[attr-defined]  # noqa: SLF001


class Reading:
    """The tree of a document in the making; `mark` opens marked content and remembers it."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.document = Element("Document")
        self.parents = [self.document]
        self.page = 0
        self._next = 0

    def next_page(self) -> None:
        """Ends the page: identifiers are unique on each."""
        self.canvas.showPage()
        self.page += 1
        self._next = 0

    def section(self, title: str) -> Element:
        """Begins a section of the document; everything marked after it belongs to it."""
        one = Element("Sect", title=title)
        self.document.kids.append(one)
        self.parents = [self.document, one]
        return one

    def element(self, role: str, alt: str = "") -> Element:
        """An element that content is yet to be marked for."""
        one = Element(role, alt=alt)
        self.parents[-1].kids.append(one)
        return one

    @contextmanager
    def mark(self, element: Element | None) -> Iterator[None]:
        """What is drawn inside is content of the element, or ornament."""
        if element is None:
            with marked(self.canvas, None, -1):
                yield
            return
        mcid, self._next = self._next, self._next + 1
        element.content.append((self.page, mcid))
        with marked(self.canvas, element.role, mcid):
            yield

    def write(self) -> None:
        """Put the tree into the document, after its last page."""
        attach(self.canvas, self.document)


def attach(canvas: Canvas, document: Element) -> None:
    """Give a document its structure tree, and each page the way from marked content to its element."""
    doc = canvas._doc  # type: ignore[attr-defined]  # noqa: SLF001  reportlab has no public way to its objects
    pages = doc.Pages.pages
    owners: list[dict[int, PDFObjectReference]] = [{} for _page in pages]
    top = _written(doc, document, PDFObjectReference(ROOT), pages, owners, [0])
    numbers: list[object] = []
    for number, page in enumerate(pages):
        page.__NoDefault__ = [*page.__NoDefault__, "StructParents", "Tabs"]
        page.StructParents, page.Tabs = number, PDFName("S")
        found = owners[number]
        array = PDFArray([found.get(mcid, "null") for mcid in range(max(found, default=-1) + 1)])
        numbers += [number, doc.Reference(array, f"{ROOT}.parents.{number}")]
    tree = PDFDictionary({"Nums": PDFArray(numbers)})
    root = PDFDictionary(
        {
            "Type": PDFName("StructTreeRoot"), "K": PDFArray([top]),
            "ParentTree": doc.Reference(tree, f"{ROOT}.tree"), "ParentTreeNextKey": len(pages),
        }
    )  # fmt: skip
    doc.Catalog.StructTreeRoot = doc.Reference(root, ROOT)
    doc.Catalog.MarkInfo = PDFDictionary({"Marked": "true"})


def _written(
    doc: PDFDocument, one: Element, parent: PDFObjectReference, pages: Sequence[object],
    owners: list[dict[int, PDFObjectReference]], count: list[int],
) -> PDFObjectReference:  # fmt: skip
    """Write an element after its children and return the way to it."""
    name = f"{ROOT}.{count[0]}"
    count[0] += 1
    own = PDFObjectReference(name)
    kids: list[object] = []
    for page, mcid in one.content:
        on_page = doc.Reference(pages[page])  # type: ignore[no-untyped-call]
        kids.append(PDFDictionary({"Type": PDFName("MCR"), "Pg": on_page, "MCID": mcid}))
        owners[page][mcid] = own
    kids += [_written(doc, kid, own, pages, owners, count) for kid in one.kids]
    entries: dict[str, object] = {
        "Type": PDFName("StructElem"), "S": PDFName(one.role), "P": parent, "K": PDFArray(kids),
    }  # fmt: skip
    for key, text in (("Alt", one.alt), ("T", one.title), ("Lang", one.lang)):
        if text:
            entries[key] = PDFString(text)
    doc.Reference(PDFDictionary(entries), name)  # type: ignore[no-untyped-call]
    return own
