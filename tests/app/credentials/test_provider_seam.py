"""A customer's seal service at work in the sealing process: named by a setting, off unless it is."""

import os
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import select

from app.config import SettingsError, load_settings
from app.credentials import jobs, service
from app.credentials.models import IssuedDocument
from certificates.provider import open_service
from certificates.sign import Level, OwnSeal, Sealed
from certificates.verify import Outcome
from tests.app.credentials.keyring import turned
from tests.certificates.seals import Office
from tests.conftest import START

NAME = "tests.app.credentials.test_provider_seam:stand"
OFFICE = []


@dataclass
class Stand:
    """A service in memory: a bureau's own seal, or one that never answers."""

    office: Office
    works: bool = True

    def sealed(self, pdf, now):
        if not self.works:
            raise TimeoutError
        return Sealed(OwnSeal(self.office.signer).sealed(pdf, now).pdf, Level.B_LT, now)


def stand():
    return OFFICE[-1]


@pytest.fixture
def served(application, site, tmp_path):
    """The site with a seal service; gives the service."""
    one = Stand(Office.opened(START))
    OFFICE.append(one)
    roots = tmp_path / "roots.pem"
    roots.write_bytes(one.office.root.pem)
    open_service.cache_clear()
    with turned(application, replace(site, seal_provider=NAME, trust_roots=roots)):
        yield one


def sweep(application, clock):
    with application.test_request_context():
        return jobs.seal_issued(clock.now())


@pytest.mark.usefixtures("client")
def test_documents_carry_the_services_seal_which_the_register_names(
    session, application, served, officer, issue, clock
):
    issue(officer("KT-0017"))
    session.commit()
    assert sweep(application, clock) == 1
    document = session.scalars(select(IssuedDocument)).one()
    assert document.seal_serial == f"{served.office.signer.certificate.serial_number:x}"
    assert (document.level, document.stamped_at) == ("B-B", None)  # what the service claims beyond is not believed
    found = service.check_file(
        session, bytes(document.content), None, settings=application.config["SETTINGS"], now=clock.now()
    )
    assert (found.verdict.outcome, found.as_issued) == (Outcome.GENUINE, True)


@pytest.mark.usefixtures("client")
def test_while_the_service_does_not_answer_nothing_is_kept_and_the_next_sweep_tries_again(
    session, application, served, officer, issue, clock
):
    issue(officer("KT-0017"))
    session.commit()
    served.works = False
    assert sweep(application, clock) == 0
    assert session.scalars(select(IssuedDocument.id)).all() == []
    served.works = True
    assert sweep(application, clock) == 1


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"SEAL_PROVIDER": "os.system"}, "package.module:factory"),
        ({"SEAL_PROVIDER": "os:system('x')"}, "package.module:factory"),
        ({"SEAL_PROVIDER": NAME}, "TRUST_ROOTS"),
        ({"SEAL_PROVIDER": NAME, "TRUST_ROOTS": "here", "SIGNING_KEY": "pkcs11:token=a"}, "exclude each other"),
    ],
)
def test_a_service_is_named_whole_with_its_roots_and_alone(tmp_path, given, named):
    roots = tmp_path / "roots.pem"
    roots.write_text("")
    environ = {"INSTANCE_PATH": str(tmp_path), "PATH": os.environ["PATH"], **given}
    if "TRUST_ROOTS" in given:
        environ["TRUST_ROOTS"] = str(roots)
    with pytest.raises(SettingsError, match=named):
        load_settings(environ)


def test_without_the_setting_there_is_no_service(tmp_path):
    plain = {"INSTANCE_PATH": str(tmp_path)}
    assert load_settings(plain).seal_provider is None
    roots = tmp_path / "roots.pem"
    roots.write_text("")
    assert load_settings({**plain, "SEAL_PROVIDER": NAME, "TRUST_ROOTS": str(roots)}).seal_provider == NAME
