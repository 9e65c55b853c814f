"""Marked-up text as plain text and back, XML in its encodings, and archives as such."""

import io
import time
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank.errors import BankError, Place
from question_bank.formats import Limits
from question_bank.formats.archives import open_archive
from question_bank.formats.markup import Image, plain_text, read_markup, to_markup
from question_bank.formats.xml import is_xml, parse_xml
from tests.conftest import thorough
from tests.question_bank.sound_items import texts

PLACE = Place("a")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>甲 <b>乙</b>\n  丙</p><p>丁</p>", "甲 乙 丙\n丁"),
        ("甲<br>乙<br/><br/>丙", "甲\n乙\n\n丙"),
        ("<ul><li>甲</li><li><p>乙</p></li></ul>", "• 甲\n• 乙"),
        ('<ol start="3"><li>甲<li>乙</ol>', "3. 甲\n4. 乙"),
        ("<table><tr><th>罚</th><th>额</th></tr><tr><td><p>甲</p></td><td>5</td></tr></table>", "罚 | 额\n甲 | 5"),
        ("10<sup>3</sup> m<sup>2</sup>，H<sub>2</sub>O，x<sup>甲</sup>", "10³ m²，H₂O，x^(甲)"),
        ("<pre>  甲\n    乙</pre>", "甲\n    乙"),
        ("甲&nbsp;&lt;乙&gt; &amp; &#20057;", "甲 <乙> & 乙"),
        ("<script>alert(1)</script><style>p{}</style>甲<!-- 乙 -->", "甲"),
        ("甲\u200b乙\ufeff\u202e", "甲乙"),
        ("<a href='javascript:x'>甲</a><font color=red>乙</font>", "甲乙"),
        ("a < b", "a < b"),
        ("", ""),
    ],
)
def test_markup_reads_as_its_reader_sees_it(html: str, text: str) -> None:
    assert plain_text(html) == (text, ())


def test_images_are_told_with_their_words_and_stay_whole() -> None:
    inside = "data:image/png;base64," + "A" * 100_000
    reading = read_markup(f'<p>看<img src="@@PLUGINFILE@@/a%20b.png" alt=" 图  一 "><img src="{inside}"></p>')
    assert reading.text == "看"
    assert reading.images == (Image("@@PLUGINFILE@@/a%20b.png", "图 一"), Image(inside, ""))


@pytest.mark.parametrize(
    "html", ["<svg/>", "<P><SVG onload=x>", "<math><mi>x</mi></math>", '<img src="data:image/svg+xml,x">',
     "<iframe src=a>",
             '<object data="a.swf"></object>', "<video src=a></video>"]
)  # fmt: skip
def test_what_would_change_the_question_is_refused(html: str) -> None:
    with pytest.raises(BankError) as caught:
        plain_text("甲" + html, PLACE)
    assert (caught.value.code, caught.value.place) == ("MARKUP_REFUSED", PLACE)


@settings(max_examples=200, deadline=None)
@given(texts(80, lines=True))
def test_text_written_as_markup_reads_back_equal(text: str) -> None:
    assert plain_text(to_markup(text)) == (text, ())
    assert plain_text(f"<p>{to_markup(text, block=False)}</p>") == (text, ())


@settings(max_examples=200, deadline=None)
@given(st.text("<>/&;'\"= apbdivtrlo#x0\n甲!-", max_size=80))
def test_no_markup_raises_anything_but_a_refusal(html: str) -> None:
    with suppress(BankError):
        text, _ = plain_text(html)
        assert text == text.strip()


@thorough
@pytest.mark.parametrize("piece", ["<p>", "<ul><li>", "<b></p>", "&", "<a href='"])
def test_a_megabyte_of_markup_takes_no_longer_than_two_seconds(piece: str) -> None:
    started = time.process_time()
    for _ in range(27):
        with suppress(BankError):
            plain_text((piece * 38_000)[:38_000])
    assert time.process_time() - started < 2


def test_markup_beyond_any_question_is_refused() -> None:
    for html in ("<p>甲</p>" * 6000, "<i>" * 400, "<b>甲" * 9000):
        with pytest.raises(BankError, match="too long or nested"):
            plain_text(html)


def test_xml_is_known_in_any_encoding() -> None:
    text = '<?xml version="1.0"?><a/>'
    assert all(is_xml(text.encode(name)) for name in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"))
    assert not is_xml(b"< 5")
    assert not is_xml(b"PK\x03\x04")


def test_the_line_of_broken_xml_is_told() -> None:
    with pytest.raises(BankError) as caught:
        parse_xml(b'<?xml version="1.0"?>\n<a>\n<b>\n</a>', PLACE, Limits())
    assert (caught.value.code, caught.value.place.line) == ("XML_BAD", 4)


def archived(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.mkdir("folder")
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def test_an_archive_gives_its_files_by_name_and_no_folders() -> None:
    archive = open_archive(PLACE, archived(a=b"1", b=b"22"), Limits())
    assert archive.names == ("a", "b")
    assert (archive.read("b"), archive.size("b")) == (b"22", 2)
    with pytest.raises(BankError) as caught:
        archive.read("c")
    assert caught.value.code == "ARCHIVE_MEMBER_MISSING"


def test_archives_inside_archives_end_at_a_depth() -> None:
    inner = archived(a=b"1")
    assert open_archive(PLACE, inner, Limits(), depth=1).names == ("a",)
    with pytest.raises(BankError) as caught:
        open_archive(PLACE, inner, Limits(), depth=2)
    assert caught.value.code == "ARCHIVE_NESTED"


def test_a_document_type_inside_an_archive_is_refused_unless_its_reader_looks_itself() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.xml", '<!DOCTYPE a SYSTEM "x"><a/>'.encode("utf-16"))
    with pytest.raises(BankError) as caught:
        open_archive(PLACE, buffer.getvalue(), Limits())
    assert caught.value.code == "XML_ENTITIES"
    assert open_archive(PLACE, buffer.getvalue(), Limits(), declarations=True).names == ("a.xml",)
