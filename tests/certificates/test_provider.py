"""A customer's seal service: any object with one method, of whose answers only sound ones are kept."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from certificates.errors import KeyUnusable, SealFailed
from certificates.fast.hands import Fault, Order, Source, seal_faces
from certificates.fonts import Font
from certificates.layout import layout_of
from certificates.model import CertificateFace
from certificates.provider import JudgedSeal, Service, open_service, same_content
from certificates.render import render_certificate
from certificates.sign import Level, OwnSeal, Sealed, SealProvider, seal
from tests.certificates.judges import changed
from tests.certificates.seals import Office

TWINS: list[SealProvider] = []
"""What the factory gives: a service in memory."""


def twin() -> SealProvider:
    """Named as tests.certificates.test_provider:twin."""
    return TWINS[-1]


@dataclass
class Crooked:
    """A service that gives back what it is told to, whatever it is asked."""

    answer: Callable[[bytes], bytes]

    def sealed(self, pdf: bytes, now: datetime) -> Sealed:
        return Sealed(self.answer(pdf), Level.B_LT, now)


@pytest.fixture(scope="module")
def page(make_face: Callable[..., CertificateFace], font: Font) -> bytes:
    return render_certificate(replace(make_face(), badge=b"a.b.c"), font)


def judged(provider: SealProvider, office: Office) -> JudgedSeal:
    return JudgedSeal(provider, (office.root.pem,), (office.tsa_root.pem,))


def test_what_a_sound_service_seals_is_kept_with_its_own_serial_number(page: bytes, office: Office) -> None:
    own = judged(OwnSeal(office.signer, office.clock(), office.validation()), office)
    made = own.sealed(page, office.now)
    assert (made.level, made.serial) == (Level.B_LT, f"{office.signer.certificate.serial_number:x}")
    assert made.stamped_at == office.now
    plain = judged(OwnSeal(office.signer), office).sealed(page, office.now)
    assert (plain.level, plain.stamped_at) == (Level.B_B, None)


def test_a_level_or_time_that_a_service_only_claims_is_not_believed(page: bytes, office: Office) -> None:
    boastful = Crooked(lambda pdf: seal(pdf, office.signer, office.now))
    made = judged(boastful, office).sealed(page, office.now)
    assert (made.level, made.stamped_at) == (Level.B_B, None)


def test_an_answer_that_does_not_hold_is_refused_and_says_why(
    page: bytes, office: Office, signer: object, make_face: Callable[..., CertificateFace], font: Font
) -> None:
    other = render_certificate(replace(make_face(holder_name="李四"), badge=b"a.b.c"), font)
    without = render_certificate(make_face(), font)
    seal_here = OwnSeal(office.signer)
    answers: dict[str, Callable[[bytes], bytes]] = {
        "NOT_SIGNED": lambda pdf: pdf,
        "NOT_PDF": lambda pdf: b"OFD",
        "UNTRUSTED": lambda pdf: seal(pdf, signer, office.now),  # type: ignore[arg-type]
        "CONTENT_CHANGED": lambda pdf: changed(seal(pdf, office.signer, office.now), 2000),
        "OTHER_CONTENT": lambda pdf: seal_here.sealed(other, office.now).pdf,
    }
    for why, answer in answers.items():
        with pytest.raises(SealFailed) as refusal:
            judged(Crooked(answer), office).sealed(page, office.now)
        assert (refusal.value.code, why in refusal.value.data["why"]) == ("SEAL_NOT_ACCEPTED", True), why
    assert same_content(page, seal(page, office.signer, office.now))
    assert not same_content(page, without)
    assert not same_content(page, b"%PDF-1.7 rubbish")


def test_a_service_that_breaks_or_answers_nonsense_is_a_failure_with_a_code(page: bytes, office: Office) -> None:
    def broken(pdf: bytes) -> bytes:
        raise RuntimeError("connection lost")

    for answer, code in ((broken, "SEAL_SERVICE_FAILED"), (lambda pdf: "text", "SEAL_NOT_ACCEPTED")):
        with pytest.raises(SealFailed) as refusal:
            judged(Crooked(answer), office).sealed(page, office.now)  # type: ignore[arg-type]
        assert refusal.value.code == code


@pytest.mark.parametrize(
    "name", ["no.such.module:factory", "tests.certificates.test_provider:absent", "certificates.provider:SHOWN", "os"]
)
def test_a_name_that_leads_to_no_service_is_refused(name: str, office: Office) -> None:
    with pytest.raises(KeyUnusable) as refusal:
        open_service(Service(name, (office.root.pem,), ()))
    assert refusal.value.code == "SEAL_SERVICE_UNUSABLE"


def test_without_roots_to_judge_it_by_no_service_is_opened() -> None:
    with pytest.raises(KeyUnusable):
        open_service(Service("tests.certificates.test_provider:twin", (), ()))


def test_a_cohort_is_sealed_by_the_service_and_not_by_the_sites_own_key(
    make_face: Callable[..., CertificateFace], office: Office
) -> None:
    name = "tests.certificates.test_provider:twin"
    TWINS.append(OwnSeal(office.signer))
    service = Service(name, (office.root.pem,), (office.tsa_root.pem,))
    nowhere = Source("no-such-key.pem", Path("no-such-certificate.pem"), None)
    order = Order(nowhere, None, layout_of("certificate").key, office.now, service=service)
    faces = [make_face(number=f"平执证〔2026〕{number:06d}") for number in range(2)]
    made = seal_faces(order, faces)
    serial = f"{office.signer.certificate.serial_number:x}"
    assert [one.serial for one in made if isinstance(one, Sealed)] == [serial, serial]
    late = replace(order, now=office.now + timedelta(days=20_000))
    failed = seal_faces(late, [*faces, *faces])
    assert [type(one) for one in failed] == [Fault, Fault]
