"""Pictures of questions: cleaned, bounded, kept until saved, shown to those who may read the bank."""

import os
import re
from io import BytesIO

import pytest
from PIL import Image

from app.bank import queries, service
from app.bank.service.pictures import KEPT_FILES, clean_picture
from app.core.errors import Invalid, NotFound
from question_bank.items import media_type_of
from tests.app.bank.every_type import every, picture
from tests.conftest import START

KINDS = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/png", "WEBP": "image/webp"}


@pytest.mark.parametrize("form", KINDS)
def test_a_picture_of_each_kind_keeps_its_pixels_and_nothing_else(form):
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    data = picture(form, **({} if form == "GIF" else {"exif": exif}))
    clean = clean_picture(data + b"<script>trailing</script>")
    assert media_type_of(clean) == KINDS[form]
    assert b"secret" not in clean
    assert b"script" not in clean
    with Image.open(BytesIO(clean)) as found:
        assert found.size == (120, 80)
        assert not found.getexif()


def test_a_picture_on_its_side_is_set_upright_and_a_large_one_made_smaller():
    turned = Image.Exif()
    turned[0x0112] = 6
    with Image.open(BytesIO(clean_picture(picture("JPEG", exif=turned)))) as found:
        assert found.size == (80, 120)
    with Image.open(BytesIO(clean_picture(picture(size=(4000, 1000))))) as found:
        assert found.size == (2000, 500)


def test_a_clear_picture_stays_clear():
    buffer = BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(buffer, "PNG")
    with Image.open(BytesIO(clean_picture(buffer.getvalue()))) as found:
        assert found.getpixel((0, 0))[3] == 0


BAD = [
    (b"x" * (8 * 2**20 + 1), "picture-too-large"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "picture-kind"),
    (b"%PDF-1.7", "picture-kind"),
    (b"", "picture-kind"),
    (picture()[:50], "picture-damaged"),
    (picture(size=(6001, 2)), "picture-size"),
]


@pytest.mark.parametrize(("data", "code"), BAD, ids=[code for _data, code in BAD])
def test_what_cannot_be_a_picture_is_refused_by_name(data, code):
    with pytest.raises(Invalid) as refused:
        clean_picture(data)
    assert refused.value.code == code


def test_a_picture_of_a_version_is_for_readers_of_the_bank(session, cast, sign_in):
    [item] = [one for one in every() if one.pictures]
    service.create_item(session, cast["tan"].actor, item, now=START)
    version = queries.item_page(session, item.code).newest.id
    for name in ("tan", "rui"):
        answer = sign_in(name).get(f"/bank/pictures/{version}/1")
        assert (answer.status_code, answer.mimetype) == (200, "image/png")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.data == item.pictures[0].data
    assert sign_in("ou").get(f"/bank/pictures/{version}/1").status_code == 403
    browser = sign_in("tan")
    for path in (f"{version}/2", f"{version}/0", "99999/1"):
        assert browser.get(f"/bank/pictures/{path}").status_code == 404


def test_pictures_of_a_case_are_counted_through_its_parts(session, cast, sign_in):
    from dataclasses import replace

    [case] = [one for one in every() if one.type == "CASE"]
    [spot] = [one for one in every() if one.pictures]
    named = replace(spot.pictures[0], name="second.png", data=picture(colour="#aa0000"))
    part = replace(case.parts[0], pictures=(named,))
    service.create_item(
        session, cast["tan"].actor, replace(case, pictures=spot.pictures, parts=(part, case.parts[1])), now=START
    )
    browser = sign_in("tan")
    page = browser.get(f"/bank/items/{case.code}").text
    addresses = re.findall(r'<img class="img-fluid" src="([^"]+)"', page)
    assert [address.rsplit("/", 1)[1] for address in addresses] == ["1", "2"]
    assert browser.get(addresses[1]).data == named.data


def test_an_upload_is_kept_by_a_random_name_and_old_ones_make_room(tmp_path):
    token = service.keep_picture(tmp_path, picture())
    assert (tmp_path / token).stat().st_mode & 0o777 == 0o600
    for number in range(KEPT_FILES):
        path = tmp_path / f"{number:032x}"
        path.write_bytes(b"x")
        os.utime(path, (number, number))
    service.keep_picture(tmp_path, picture())
    assert len(list(tmp_path.iterdir())) == KEPT_FILES
    assert (tmp_path / token).exists()


def test_a_name_that_is_no_random_name_opens_nothing(session, tmp_path, sign_in):
    (tmp_path / "secret").write_bytes(picture())
    for source in ("secret", "../secret", "", "0" * 32, "1-1-1", "²-1"):
        with pytest.raises(NotFound):
            service.picture_of(session, tmp_path, source)
    assert sign_in("rui").get(f"/bank/pictures/kept/{'0' * 32}").status_code == 403
    assert sign_in("tan").get(f"/bank/pictures/kept/{'0' * 32}").status_code == 404
