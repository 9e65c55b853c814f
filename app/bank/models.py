"""Tables of the question bank. Versions and status rows are added, never changed."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base


class Item(Base):
    """A question under one code, in one paper for good.

    `latest` is the number of its newest version and `status` that version's (DRAFT, REVIEW, FINAL, RETIRED);
    `in_use` is the number of the version that papers draw, None before the first approval and after retirement.
    A final version stays in use until the next one is final.
    """

    __tablename__ = "bank_item"
    __table_args__ = (
        Index(None, "paper", "status"),
        CheckConstraint("in_use IS NULL OR in_use <= latest", name="in_use_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    paper: Mapped[str]
    status: Mapped[str]
    latest: Mapped[int]
    in_use: Mapped[int | None]
    created_at: Mapped[datetime]


class ItemVersion(Base):
    """The words of a question as they stood; attempts point here, so a row never changes.

    `options` is a list of [key, text]; `key` a list of letters, or ["T"] or ["F"]; `anchored` are option letters that
    keep their place when others are shuffled. `difficulty` is the expected facility, 0..1. `fingerprint` finds exact
    duplicates; `digest` covers every field and tells whether an import changes anything. `overlay` names the regime
    that a question is meant for, None for all. `further` holds what only some questions have (blanks, parts, rubric,
    pictures …) as the native format writes it.
    """

    __tablename__ = "bank_item_version"
    __table_args__ = (
        UniqueConstraint("item_id", "number"),
        Index(None, "fingerprint"),
        Index(None, "topic"),
        Index(None, "law"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("bank_item.id"))
    number: Mapped[int]
    type: Mapped[str]
    stem: Mapped[str]
    options: Mapped[list[Any]]
    key: Mapped[list[Any]]
    anchored: Mapped[list[Any]]
    explanation: Mapped[str]
    topic: Mapped[str]
    law: Mapped[str | None]
    edition: Mapped[str | None]
    article: Mapped[str | None]
    level: Mapped[str]
    difficulty: Mapped[float | None]
    tags: Mapped[list[Any]]
    overlay: Mapped[str | None]
    source_fact: Mapped[str | None]
    further: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    fingerprint: Mapped[str]
    digest: Mapped[str]
    author_account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    author_label: Mapped[str]
    created_at: Mapped[datetime]


class ItemStatus(Base):
    """One step in the life of a version: which status it took, who gave it, when, and what they said."""

    __tablename__ = "bank_item_status"
    __table_args__ = (Index(None, "version_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("bank_item_version.id"))
    status: Mapped[str]
    rejected: Mapped[bool] = mapped_column(default=False)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    label: Mapped[str]
    comment: Mapped[str] = mapped_column(default="")
    recorded_at: Mapped[datetime]


class BankImport(Base):
    """A file of questions: read in a dry run (CHECKED), then taken over (DONE) or not (DISCARDED).

    `token` is the random name in addresses and in the instance folder; `sha256` covers the uploaded bytes. `paper` and
    `topic` are for questions that do not say theirs. Only its owner can take it over.
    """

    __tablename__ = "bank_import"
    __table_args__ = (Index(None, "owner_account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)
    file_name: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    format: Mapped[str]
    paper: Mapped[str]
    topic: Mapped[str]
    submit: Mapped[bool]
    state: Mapped[str]
    added: Mapped[int]
    changed: Mapped[int]
    unchanged: Mapped[int]
    rejected: Mapped[int]
    owner_account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    owner_label: Mapped[str]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class BankImportRow(Base):
    """One line of an import's report; `outcome` is ADDED, CHANGED, UNCHANGED, REJECTED or NOTED.

    `line` and `row` count from 1; `item` is the number or code as the file has it; the sentence in both languages.
    """

    __tablename__ = "bank_import_row"
    __table_args__ = (UniqueConstraint("import_id", "position"), Index(None, "import_id", "outcome"))

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("bank_import.id"))
    position: Mapped[int]
    outcome: Mapped[str]
    file: Mapped[str]
    sheet: Mapped[str | None]
    line: Mapped[int | None]
    row: Mapped[int | None]
    item: Mapped[str | None]
    item_code: Mapped[str | None]
    code: Mapped[str]
    zh: Mapped[str]
    en: Mapped[str]


IN_FORCE = text("adopted_at IS NOT NULL AND withdrawn_at IS NULL")


class BankStatute(Base):
    """An edition of a law that was read from a file: proposed, then adopted, given up or withdrawn; texts never change.

    `edition` is the day it was passed, 2021-01-22. `valid_from` and `valid_to` are days, both inclusive; the edition
    before ends the day before `valid_from`, which stands nowhere but follows. `follows` names the law that this one
    replaces under another name. `sha256` covers the bytes of the file.
    """

    __tablename__ = "bank_statute"
    __table_args__ = (
        Index(
            "uq_bank_statute_in_force", "law", "edition", unique=True, sqlite_where=IN_FORCE, postgresql_where=IN_FORCE
        ),
        CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name="days_in_order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    law: Mapped[str]
    edition: Mapped[str]
    follows: Mapped[str | None]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    file_name: Mapped[str]
    sha256: Mapped[str]
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[str]
    adopted_at: Mapped[datetime | None]
    adopted_by: Mapped[str | None]
    reason: Mapped[str] = mapped_column(default="")
    dropped_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]
    withdrawn_reason: Mapped[str] = mapped_column(default="")


class BankStatuteArticle(Base):
    """One article of an edition: `number` is 42, or 42-1 for 第四十二条之一; `paragraphs` a list of texts.

    `digest` is the SHA-256 of the normalised text, as in the statute index.
    """

    __tablename__ = "bank_statute_article"
    __table_args__ = (UniqueConstraint("statute_id", "number"), UniqueConstraint("statute_id", "position"))

    id: Mapped[int] = mapped_column(primary_key=True)
    statute_id: Mapped[int] = mapped_column(ForeignKey("bank_statute.id"))
    position: Mapped[int]
    number: Mapped[str]
    chapter: Mapped[str]
    digest: Mapped[str]
    paragraphs: Mapped[list[Any]]


class BankStatuteReview(Base):
    """A version that an adopted edition put under review, and what became of the article it cites.

    `undone_at` is set where the edition was withdrawn and the version taken back from review.
    """

    __tablename__ = "bank_statute_review"
    __table_args__ = (UniqueConstraint("statute_id", "version_id"), Index(None, "version_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    statute_id: Mapped[int] = mapped_column(ForeignKey("bank_statute.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("bank_item_version.id"))
    effect: Mapped[str]
    article: Mapped[str]
    became: Mapped[str | None]
    begun_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


FIGURES_STAND = text("superseded_at IS NULL")


class ItemFigures(Base):
    """How a version behaved over all released formal sittings; None has too little behind it. Superseded, not changed.

    `facility` is the mean share of the marks, `discrimination` the corrected point-biserial within sittings, each with
    its 95 % interval; `n` is what they rest on. `candidates` in `sittings` met it. `flags` is a list of plain flags.
    """

    __tablename__ = "bank_item_figures"
    __table_args__ = (
        Index(
            "uq_bank_item_figures_standing", "version_id", unique=True, sqlite_where=FIGURES_STAND,
            postgresql_where=FIGURES_STAND,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("bank_item_version.id"))
    n: Mapped[int]
    facility: Mapped[float | None]
    facility_low: Mapped[float | None]
    facility_high: Mapped[float | None]
    discrimination: Mapped[float | None]
    discrimination_low: Mapped[float | None]
    discrimination_high: Mapped[float | None]
    sittings: Mapped[int]
    candidates: Mapped[int]
    flags: Mapped[list[Any]]
    computed_at: Mapped[datetime]
    superseded_at: Mapped[datetime | None]


class ItemRemark(Base):
    """What somebody said about a version beside any judgement; remarks are added, never changed."""

    __tablename__ = "bank_item_remark"
    __table_args__ = (Index(None, "version_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("bank_item_version.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    label: Mapped[str]
    text: Mapped[str]
    recorded_at: Mapped[datetime]
