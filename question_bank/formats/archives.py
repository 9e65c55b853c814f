"""Opens zip archives safely: everything is measured while it is unpacked before any of it is used."""

import re
import stat
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO

from question_bank.faults import Place, refusal, shown
from question_bank.formats.limits import MEBIBYTE, Limits

Inspect = Callable[[str, bytes], None]
"""Sees each piece of a member while it is measured: its name, and the piece without NULs after the end of the last."""

_DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_OVERLAP = 512  # bytes of the last piece that are seen again, so that nothing hides on the edge
_UTF8_NAME = 0x800
_BROKEN = (
    *(zlib.error, zipfile.BadZipFile, zipfile.LargeZipFile, OSError, EOFError),
    *(ValueError, KeyError, IndexError, NotImplementedError, RuntimeError, OverflowError),
)


class Archive:
    """The members of a measured archive by name; directories are left out."""

    def __init__(self, place: Place, data: bytes, members: dict[str, zipfile.ZipInfo]) -> None:
        self.place = place
        self._archive = zipfile.ZipFile(BytesIO(data))  # in memory: nothing to close
        self._members = members

    @property
    def names(self) -> tuple[str, ...]:
        """The paths of the members, with forward slashes, in the order of the archive."""
        return tuple(self._members)

    def size(self, name: str) -> int:
        """Unpacked bytes as the directory states them. Raises BankError ARCHIVE_MEMBER_MISSING."""
        return self._member(name).file_size

    def read(self, name: str) -> bytes:
        """The bytes of a member. Raises BankError: ARCHIVE_MEMBER_MISSING, ARCHIVE_BAD."""
        member = self._member(name)
        try:
            return self._archive.read(member)
        except _BROKEN:
            raise refusal("ARCHIVE_BAD", self.place) from None

    def _member(self, name: str) -> zipfile.ZipInfo:
        if (member := self._members.get(name)) is None:
            raise refusal("ARCHIVE_MEMBER_MISSING", self.place, name=shown(name))
        return member


def open_archive(
    place: Place,
    data: bytes,
    limits: Limits,
    *,
    depth: int = 0,
    inspect: Inspect | None = None,
    declarations: bool = False,
) -> Archive:
    """Unpack every member within the limits and hand back the archive; sizes are counted, for a directory can lie.

    `depth` counts the archives around this one. Members that are XML must not declare entities or a document type,
    unless `declarations` leaves that to whoever parses them. Raises BankError: ARCHIVE_BAD, ARCHIVE_TOO_LARGE,
    ARCHIVE_RATIO, ARCHIVE_PATH, ARCHIVE_LINK, ARCHIVE_ENCRYPTED, ARCHIVE_NESTED, XML_ENTITIES, MACROS.
    """
    if depth > limits.archive_nesting:
        raise refusal("ARCHIVE_NESTED", place, limit=limits.archive_nesting)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = _members(place, archive, limits)
            left = limits.archive_bytes
            for name, member in members.items():
                left -= _unpack(place, archive, member, limits, left, _inspection(place, name, inspect, declarations))
    except _BROKEN:
        raise refusal("ARCHIVE_BAD", place) from None
    return Archive(place, data, {name: member for name, member in members.items() if not member.is_dir()})


def _members(place: Place, archive: zipfile.ZipFile, limits: Limits) -> dict[str, zipfile.ZipInfo]:
    listed = archive.infolist()
    if len(listed) > limits.archive_members:
        raise refusal("ARCHIVE_TOO_LARGE", place, limit=limits.archive_members)
    members = {_name(member): member for member in listed}
    if len(members) < len(listed) or any(_is_path_bad(name) for name in members):
        raise refusal("ARCHIVE_PATH", place)
    for name, member in members.items():
        if member.flag_bits & 1:
            raise refusal("ARCHIVE_ENCRYPTED", place)
        if stat.S_ISLNK(member.external_attr >> 16):
            raise refusal("ARCHIVE_LINK", place)
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise refusal("ARCHIVE_BAD", place)
        if name.lower().endswith("vbaproject.bin"):
            raise refusal("MACROS", place)
    return members


def _name(member: zipfile.ZipInfo) -> str:
    """The path; one that is not marked as UTF-8 is read as UTF-8 or GB18030, which Chinese Windows writes."""
    name = member.filename
    if not member.flag_bits & _UTF8_NAME and not name.isascii():
        for encoding in ("utf-8", "gb18030"):
            try:
                name = name.encode("cp437").decode(encoding)
                break
            except (UnicodeEncodeError, UnicodeDecodeError):
                continue
    return name.replace("\\", "/")


def _is_path_bad(name: str) -> bool:
    return not name or name.startswith("/") or ".." in name.split("/") or ":" in name or "\0" in name


def _inspection(place: Place, name: str, inspect: Inspect | None, declarations: bool) -> Callable[[bytes], None]:  # noqa: FBT001
    is_xml = name.lower().endswith((".xml", ".rels", ".vml")) and not declarations

    def look(window: bytes) -> None:
        if is_xml and _DECLARATION.search(window):
            raise refusal("XML_ENTITIES", place)
        if inspect:
            inspect(name, window)

    return look


def _unpack(
    place: Place,
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    limits: Limits,
    left: int,
    look: Callable[[bytes], None],
) -> int:
    """Unpacked bytes of one member."""
    size, tail = 0, b""
    with archive.open(member) as stream:
        while chunk := stream.read(MEBIBYTE):
            size += len(chunk)
            if size > left:
                raise refusal("ARCHIVE_TOO_LARGE", place, limit=limits.archive_bytes)
            if size > MEBIBYTE and size > limits.archive_ratio * max(1, member.compress_size):
                raise refusal("ARCHIVE_RATIO", place, limit=limits.archive_ratio)
            look((tail + chunk).replace(b"\0", b""))  # UTF-16 hides nothing
            tail = chunk[-_OVERLAP:]
    return size
