"""How much a file may hold before it is refused."""

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Ceilings for one file; anything above is refused with a code, never cut off in silence."""

    file_bytes: int = 10 * MEBIBYTE
    name_characters: int = 255
    items: int = 10_000
    rows: int = 20_000  # of one sheet, headings and blank rows included
    columns: int = 64
    sheets: int = 50
    lines: int = 60_000  # of a plain text or a Word file
    line_characters: int = 20_000
    cell_characters: int = 20_000
    cells: int = 400_000  # of a workbook, blank ones with a style included
    table_characters: int = 10_000_000  # of all cells of a workbook
    archive_members: int = 500
    archive_bytes: int = 100 * MEBIBYTE  # unpacked, all members together
    archive_ratio: int = 200  # unpacked to packed, for members above 1 MiB
    package_members: int = 20_000  # of a QTI package, which holds a file for each question
    archive_nesting: int = 1  # archives inside archives
    xml_depth: int = 100
    xml_elements: int = 500_000
    document_bytes: int = 32 * MEBIBYTE  # of the text of a Word document, unpacked
    faults: int = 2_000  # a file with more is not a question file
