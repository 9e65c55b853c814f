"""QTI files for tests, written by hand: single items of three versions and packages around them."""

import io
import zipfile
from collections.abc import Mapping

from question_bank.errors import ImportReport
from question_bank.formats import read
from question_bank.items import Item

PNG = b"\x89PNG\r\n\x1a\nsign"
NAMESPACES = {
    "2.1": "http://www.imsglobal.org/xsd/imsqti_v2p1",
    "2.2": "http://www.imsglobal.org/xsd/imsqti_v2p2",
    "3.0": "http://www.imsglobal.org/xsd/imsqtiasi_v3p0",
}
MATCH = '<responseProcessing template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"/>'
MAPPED = '<responseProcessing template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/map_response"/>'


def declared(
    *right: str, cardinality: str = "single", base: str = "identifier", name: str = "RESPONSE", mapping: str = ""
) -> str:
    """A response declaration."""
    values = "".join(f"<value>{value}</value>" for value in right)
    correct = f"<correctResponse>{values}</correctResponse>" if right else ""
    return (
        f'<responseDeclaration identifier="{name}" cardinality="{cardinality}" baseType="{base}">'
        f"{correct}{mapping}</responseDeclaration>"
    )


def item(body: str, *declarations: str, processing: str = MATCH, after: str = "", identifier: str = "Q1",
         version: str = "2.1", attributes: str = "") -> str:  # fmt: skip
    """An assessment item of version 2."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<assessmentItem xmlns="{NAMESPACES[version]}" '
        f'identifier="{identifier}" title="执法证件" adaptive="false" timeDependent="false"{attributes}>'
        f'{"".join(declarations)}<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>'
        f"<itemBody>{body}</itemBody>{processing}{after}</assessmentItem>"
    )


def modern(body: str, *declarations: str, processing: str = "", identifier: str = "Q3", extra: str = "") -> str:
    """An assessment item of version 3."""
    return (
        f'<qti-assessment-item xmlns="{NAMESPACES["3.0"]}" identifier="{identifier}" title="t" adaptive="false" '
        f'time-dependent="false">{"".join(declarations)}'
        '<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>'
        f"{extra}<qti-item-body>{body}</qti-item-body>{processing}</qti-assessment-item>"
    )


def package(files: Mapping[str, bytes | str], manifest: str | None = None) -> bytes:
    """A zip with the files, and a manifest that lists every XML file among them unless one is given."""
    listed = "".join(
        f'<resource identifier="R{number}" type="imsqti_item_xmlv2p1" href="{path}"><file href="{path}"/></resource>'
        for number, path in enumerate(path for path in files if path.endswith(".xml"))
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("imsmanifest.xml", manifest or manifested(listed))
        for path, data in files.items():
            archive.writestr(path, data)
    return buffer.getvalue()


def manifested(resources: str, namespace: str = "http://www.imsglobal.org/xsd/imscp_v1p1", metadata: str = "") -> str:
    """A manifest around resources."""
    return (
        f'<manifest xmlns="{namespace}" identifier="M"><metadata>{metadata}</metadata><organizations/>'
        f"<resources>{resources}</resources></manifest>"
    )


def load(text: str) -> ImportReport:
    """Read one item."""
    return read("item.xml", text.encode())


def codes(report: ImportReport) -> list[str]:
    """The codes of what was rejected."""
    return [found.code for found in report.rejected]


def only(report: ImportReport) -> Item:
    """The one question of a report in which nothing was rejected."""
    assert [found.en for found in report.rejected] == []
    (row,) = report.accepted
    return row.item
