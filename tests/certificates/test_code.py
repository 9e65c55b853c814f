"""The code on a certificate: its size, its way to paper and back, and what a reader says to good and bad ones."""

import json
import shutil
import subprocess
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import zxingcpp
from cryptography.hazmat.primitives.asymmetric import ec
from PIL import Image

from certificates import code, cose, qr
from certificates.code import CodeContent, CodeDomain
from certificates.cose import CodeRefused, LocalKey
from certificates.layout import Code, layout_of
from certificates.placing import code_mark
from certificates.reading import CodeState, accept_list, read_code
from certificates.render import render_certificate
from certificates.status_list import read_list
from certificates.trust_list import TrustedKey, TrustList, read_names, read_trust_list, verified
from certificates.typeset import MM

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "code" / "cases.json").read_text("utf-8"))
SITE = "https://chizheng.example.gov.cn"
NOW = datetime(2026, 5, 1, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def key() -> LocalKey:
    return LocalKey(ec.generate_private_key(ec.SECP256R1()))


@pytest.fixture(scope="module")
def trust(key) -> TrustList:
    mine = TrustedKey(key.private.public_key(), NOW - timedelta(days=100), NOW + timedelta(days=900))
    return TrustList("平凉市城市管理执法监督局", NOW, NOW + timedelta(days=365), (mine,))


@pytest.fixture(scope="module")
def content() -> CodeContent:
    """A certificate of Pingliang as they are issued: three domains, a county bureau."""
    first, last = date(2026, 3, 2), date(2031, 3, 1)
    return CodeContent(
        issuer="平凉市城市管理执法监督局", issued_at=datetime(2026, 3, 2, 1, tzinfo=UTC),
        expires_at=datetime(2031, 3, 1, 16, tzinfo=UTC), number="PL-2026-000017-3", name="欧阳平", identity="1234",
        domains=tuple(CodeDomain(one, 1, first, last) for one in ("HOU", "ENV", "COM")),
        agency="崆峒区城市管理行政执法局", regions=("620802",), index=99_001,
    )  # fmt: skip


def root_key() -> ec.EllipticCurvePublicKey:
    root = VECTORS["root"]
    return cose.read_cose_key({1: 2, -1: 1, -2: bytes.fromhex(root["x"]), -3: bytes.fromhex(root["y"])})


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["title"])
def test_a_vector_is_read_as_it_says(case):
    now = datetime.fromtimestamp(case["now"], UTC)
    kept = VECTORS["sets"][case["set"]]
    trust = read_trust_list(bytes.fromhex(kept["trust_list"]), root_key()) if kept["trust_list"] else None
    lists = {}
    for one in kept["status_lists"]:
        # The list was accepted when it was fresh; how old it is by now is the case's own matter.
        found = read_list(verified(cose.parse_sign1(bytes.fromhex(one)), trust, NOW))
        lists[found.number] = found
    reading = read_code(case["text"], trust, lists, now)
    assert (reading.state.value, reading.reason) == (case["state"], case["reason"])
    assert (int(reading.as_of.timestamp()) if reading.as_of else None) == case["as_of"]
    assert fields_of(reading.content) == case["fields"]


def fields_of(found: CodeContent | None) -> dict | None:
    return found and {
        "issuer": found.issuer, "issued_at": code.seconds(found.issued_at),
        "expires_at": code.seconds(found.expires_at),
        "number": found.number, "name": found.name, "identity": found.identity,
        "domains": [[one.key, one.level, str(one.first), str(one.last)] for one in found.domains],
        "agency": found.agency, "regions": list(found.regions), "index": found.index,
    }  # fmt: skip


def test_the_worked_vector_comes_apart_as_it_says():
    worked = VECTORS["worked"]
    message = code.parse_code(worked["text"])
    assert code.message_of(worked["text"], code.CERTIFICATE).hex() == worked["cose"]
    assert (message.protected.hex(), message.payload.hex()) == (worked["protected"], worked["payload"])
    assert message.signature.hex() == worked["signature"]
    assert cose.to_be_signed(message.protected, message.payload).hex() == worked["to_be_signed"]
    assert message.kid.hex() == VECTORS["kid"]
    names = VECTORS["sets"]["fresh"]["names"]
    assert read_names(cose.parse_sign1(bytes.fromhex(names)).payload).domains["HOU"][0] == "住建规划"


def test_every_state_has_a_vector():
    assert {case["state"] for case in VECTORS["cases"]} == {state.value for state in CodeState}


def test_a_certificate_of_three_domains_fits_version_12_at_level_m(content, key):
    text = code.encode_code(content, key, SITE)
    assert len(code.message_of(text, code.CERTIFICATE)) == 249
    assert len(qr.modules(text)) == 65  # 17 + 4 × 12; at 0.5 mm a module 32.5 mm


@pytest.mark.parametrize(("domains", "side"), [(1, 65), (3, 65), (6, 69), (17, 73)])
def test_more_domains_take_a_larger_version_that_still_has_room_on_paper(content, key, domains, side):
    many = tuple(replace(content.domains[0], key=f"D{number:02d}") for number in range(domains))
    assert len(qr.modules(code.encode_code(replace(content, domains=many), key, SITE))) == side


def test_what_was_encoded_is_read_again(content, key, trust):
    mixed = (
        *content.domains,
        CodeDomain("GRN", 2, date(2026, 3, 2), date(2027, 3, 1)),
        CodeDomain("GAS", 1, *two_days()),
    )
    full = replace(content, domains=mixed, index=4_294_967_296)
    reading = read_code(code.encode_code(full, key, SITE), trust, {}, NOW)
    assert reading.content == full
    assert (reading.content.first_day, reading.content.last_day) == (date(1970, 1, 1), date(9999, 12, 31))


def two_days() -> tuple[date, date]:
    return date(1970, 1, 1), date.max


@pytest.mark.parametrize(
    "change",
    [
        {"number": ""}, {"domains": ()}, {"agency": ""}, {"index": -1}, {"index": 2**33},
        {"expires_at": datetime(2026, 3, 2, 1, tzinfo=UTC)},
        {"domains": (CodeDomain("HOU", 1, date(2026, 3, 2), date(2026, 3, 1)),)},
        {"domains": (CodeDomain("", 1, date(2026, 3, 2), date(2026, 3, 3)),)},
    ],
)  # fmt: skip
def test_a_code_that_no_reader_would_take_is_never_made(content, key, change):
    with pytest.raises(CodeRefused, match="CODE_CONTENT"):
        code.encode_code(replace(content, **change), key, SITE)


def test_a_code_too_long_for_paper_is_never_made(content, key):
    with pytest.raises(CodeRefused, match="CODE_TOO_LONG"):
        code.encode_code(replace(content, agency="局" * 200), key, SITE)


@pytest.mark.parametrize("size", [1_401, 5_000, 100_000, 10_000_000])
def test_a_hundred_kilobytes_of_digits_cost_nothing(trust, size):
    began = time.perf_counter()
    reading = read_code(f"{SITE}/c#" + "1" * size, trust, {}, NOW)
    assert (reading.state, reading.reason) == (CodeState.UNREADABLE, "CODE_TOO_LONG")
    assert time.perf_counter() - began < 0.5


def test_spaces_do_not_carry_a_long_code_past_the_limit(trust):
    assert read_code("1 " * 100_000, trust, {}, NOW).reason == "CODE_TOO_LONG"


def test_no_cut_and_no_changed_digit_is_believed(content, key, trust):
    text = code.encode_code(content, key, SITE)
    head, digits = text.split("#")
    for place in range(0, len(digits), 7):
        other = str((int(digits[place]) + 1) % 10)
        for bent in (
            digits[:place] + other + digits[place + 1 :],
            digits[:place],
            digits[:place] + digits[place + 1 :],
        ):
            state = read_code(f"{head}#{bent}", trust, {}, NOW).state
            assert state in {CodeState.UNREADABLE, CodeState.FORGED, CodeState.UNKNOWN_KEY}


def test_a_message_longer_than_python_turns_into_a_number_at_once_comes_back():
    message = bytes(range(256)) * 11
    text = code.as_text(code.STATUS_LIST, message, SITE + "/")
    assert len(text.split("#")[1]) > 4_300
    assert text.startswith(SITE + "/c#")
    assert code.message_of(text, code.STATUS_LIST) == message


def test_an_older_list_never_takes_the_place_of_a_newer(trust):
    fresh, stale = (VECTORS["sets"][name]["status_lists"][0] for name in ("fresh", "stale"))
    trusted = read_trust_list(bytes.fromhex(VECTORS["sets"]["fresh"]["trust_list"]), root_key())
    newer = accept_list(cose.parse_sign1(bytes.fromhex(fresh)), trusted, {}, NOW)
    assert accept_list(cose.parse_sign1(bytes.fromhex(stale)), trusted, {0: newer}, NOW) is newer
    with pytest.raises(CodeRefused, match="LIST_FUTURE"):
        accept_list(cose.parse_sign1(bytes.fromhex(fresh)), trusted, {}, newer.issued_at - timedelta(minutes=6))


@pytest.fixture(scope="module")
def printed(tmp_path_factory, make_face, font, content, key) -> tuple[str, Path]:
    """The certificate with its code on paper: the rendered page at the resolution of an office printer."""
    if shutil.which("pdftoppm") is None:
        pytest.skip("pdftoppm is absent")
    text = code.encode_code(content, key, SITE)
    folder = tmp_path_factory.mktemp("printed")
    (folder / "page.pdf").write_bytes(render_certificate(make_face(code_text=text), font))
    subprocess.run(["pdftoppm", "-r", "300", "-png", "-singlefile", "page.pdf", "page"], cwd=folder, check=True)
    return text, folder / "page.png"


def test_the_first_decoder_reads_the_printed_page(printed):
    text, picture = printed
    with Image.open(picture) as page:
        found = zxingcpp.read_barcodes(page.convert("L"))
    assert [one.text for one in found] == [text]
    assert found[0].ec_level == "M"


def test_the_second_decoder_reads_the_printed_page(printed):
    if shutil.which("zbarimg") is None:
        pytest.skip("zbarimg is absent")
    text, picture = printed
    found = subprocess.run(
        ["zbarimg", "--raw", "-q", "-Sdisable", "-Sqrcode.enable", str(picture)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == text


def test_the_printed_code_is_read_through_a_poor_camera(printed):
    """Two fifths of the resolution, turned by eleven degrees and softened: what a telephone sees at arm's length."""
    text, picture = printed
    with Image.open(picture) as page:
        seen = page.convert("L").rotate(11, expand=True, fillcolor=255)
        small = seen.resize((seen.width * 2 // 5, seen.height * 2 // 5), Image.Resampling.BILINEAR)
    assert [one.text for one in zxingcpp.read_barcodes(small)] == [text]


def test_a_code_too_large_for_half_a_millimetre_gets_smaller_modules_in_the_same_place(content, key):
    layout = layout_of("certificate")
    place = next(one for one in layout.pages[0].placed if isinstance(one, Code))
    many = tuple(replace(content.domains[0], key=f"D{number:02d}") for number in range(17))
    for domains, module in ((content.domains, 0.5), (many, 37 / 81)):
        text = code.encode_code(replace(content, domains=domains), key, SITE)
        mark = code_mark(layout, place, text, 0)
        assert mark.side / MM / len(mark.modules) == pytest.approx(module, abs=0.001)
