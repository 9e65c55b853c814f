"""What an OLE file is, so that it is refused by its own name: an old document renamed, or one with a password."""

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STREAMS = (
    ("EncryptedPackage", "FILE_PASSWORD"),  # MS-OFFCRYPTO: a .docx or .xlsx under a password
    ("WordDocument", "FILE_OLD_WORD"),
    ("Workbook", "FILE_OLD_EXCEL"),
    ("Book", "FILE_OLD_EXCEL"),
)


def old_office_code(data: bytes) -> str:
    """The code that names an OLE file by the streams of its directory, which stand in UTF-16."""
    for stream, code in _STREAMS:
        if stream.encode("utf-16-le") + b"\0\0" in data:
            return code
    return "FILE_OLD_OFFICE"
