"""The photo as it goes into a document: cut, small, bare, and not touched where it is all that already."""

import io

import pytest
from PIL import Image

from certificates.errors import PhotoUnreadable
from certificates.photo import HEIGHT, prepare, require

PLACE = 35 / 45


def file_of(size: tuple[int, int], kind: str = "JPEG", mode: str = "RGB", **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise(size, 20).convert(mode).save(buffer, kind, **options)
    return buffer.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def test_a_jpeg_that_needs_nothing_stays_byte_for_byte() -> None:
    data = file_of((413, 531))
    assert prepare(data, PLACE) == data


@pytest.mark.parametrize("kind", ["exif", "comment", "behind", "progressive", "grey"])
def test_whatever_else_a_jpeg_carries_is_left_behind(kind: str) -> None:
    exif = Image.Exif()
    exif[0x0110] = "secret"
    data = {
        "exif": file_of((413, 531), exif=exif),
        "comment": file_of((413, 531), comment=b"secret"),
        "behind": file_of((413, 531)) + b"secret",
        "progressive": file_of((413, 531), progressive=True),
        "grey": file_of((413, 531), mode="L"),
    }[kind]
    made = prepare(data, PLACE)
    assert made != data
    assert b"secret" not in made
    assert (opened(made).mode, opened(made).size) == ("RGB", (413, 531))
    assert prepare(made, PLACE) == made


@pytest.mark.parametrize(
    ("size", "shown"),
    [((2400, 3200), (414, HEIGHT)), ((600, 531), (413, 531)), ((140, 300), (140, 180)), ((70, 90), (70, 90))],
)
def test_a_photo_is_cut_to_its_place_made_smaller_but_never_larger(
    size: tuple[int, int], shown: tuple[int, int]
) -> None:
    assert opened(prepare(file_of(size), PLACE)).size == shown


def test_what_is_transparent_becomes_white() -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (70, 90), (0, 0, 0, 0)).save(buffer, "PNG")
    assert opened(prepare(buffer.getvalue(), PLACE)).getpixel((35, 45)) == (255, 255, 255)


@pytest.mark.parametrize("work", [require, lambda data: prepare(data, PLACE)])
@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff", file_of((413, 531))[:9000], file_of((413, 531), "PNG")[:2000]])
def test_a_file_that_is_cut_off_is_refused_before_issue_and_before_sealing(work, data: bytes) -> None:
    with pytest.raises(PhotoUnreadable):
        work(data)


def test_a_whole_file_of_either_kind_passes_the_look_before_issue() -> None:
    require(file_of((413, 531)))
    require(file_of((413, 531), "PNG"))
