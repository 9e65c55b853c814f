"""Rows that the room's queries return, and how a stored version becomes a question again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.bank.models import Item, ItemVersion
from app.bank.policy import Status, same_person
from app.bank.queries.wording import citation_text, differences, digest
from app.core.permissions import Actor
from question_bank.faults import Place
from question_bank.formats import native_parts
from question_bank.items import Citation, ItemType, Level, Option, Paper, Review, anchored_options, fingerprint
from question_bank.items import Item as Question


@dataclass(frozen=True)
class VersionRow:
    """One version as papers show it, with the whole question; `citation` is ready to read, or empty."""

    id: int
    item_code: str
    type: str
    stem: str
    options: tuple[tuple[str, str], ...]
    key: tuple[str, ...]
    explanation: str
    topic: str
    level: str
    citation: str
    question: Question


@dataclass(frozen=True)
class ItemRow:
    """A question as lists show it, in the words of its newest version."""

    id: int
    code: str
    paper: str
    status: str
    latest: int
    in_use: int | None
    version_id: int
    type: str
    stem: str
    topic: str
    level: str
    citation: str
    author_id: int | None
    author: str
    created_at: datetime
    law: str = ""
    tags: tuple[str, ...] = ()
    review: str = Review.UNREVIEWED.value
    difficulty: float | None = None

    def written_by(self, actor: Actor) -> bool:
        """Whether the newest version is this person's own, so that somebody else must review it."""
        return same_person(self.author_id, self.author, actor.account_id, actor.label)


@dataclass(frozen=True)
class StepRow:
    """One step in the life of a version."""

    number: int
    status: str
    rejected: bool
    by: str
    comment: str
    recorded_at: datetime


@dataclass(frozen=True)
class RemarkRow:
    """What somebody said about a version."""

    number: int
    by: str
    text: str
    recorded_at: datetime


@dataclass(frozen=True)
class VersionHistory:
    """One version of a question with its author, its words, and what it changed against the version before."""

    id: int
    number: int
    content: Question
    author: str
    created_at: datetime
    status: str
    in_use: bool
    changes: tuple[tuple[str, str, str], ...]

    @property
    def citation(self) -> str:
        """The source, ready to read, or empty."""
        cited = self.content.citation
        return citation_text(cited.law, cited.edition, cited.article) if cited else ""


@dataclass(frozen=True)
class ItemPage:
    """A question whole: its row, versions and steps newest first, and what was said about it, oldest first."""

    row: ItemRow
    versions: tuple[VersionHistory, ...]
    steps: tuple[StepRow, ...]
    remarks: tuple[RemarkRow, ...] = ()

    @property
    def newest(self) -> VersionHistory:
        """The newest version."""
        return self.versions[0]

    @property
    def before(self) -> VersionHistory | None:
        """What a reviewer compares the newest version with: the one in use, else the one before."""
        used = next((version for version in self.versions if version.in_use), None)
        if used is not None and used is not self.newest:
            return used
        return self.versions[1] if len(self.versions) > 1 else None

    @property
    def changes(self) -> tuple[tuple[str, str, str], ...]:
        """(field, before, after) of the newest version against `before`."""
        return differences(self.before.content, self.newest.content) if self.before else ()


@dataclass(frozen=True)
class Page:
    """One page of a list; `number` counts from 1, `total` counts rows of all pages."""

    rows: tuple[Any, ...]
    number: int
    pages: int
    total: int


def question_of(code: str, paper: str, version: ItemVersion) -> Question:
    """The stored version as the question it was made from."""
    cited = None if version.law is None else Citation(version.law, version.edition or "", version.article or "")
    question = Question(
        code=code, type=ItemType(version.type), stem=version.stem,
        options=tuple(Option(key, text) for key, text in version.options), key=tuple(version.key),
        explanation=version.explanation, paper=Paper(paper), topic=version.topic, citation=cited,
        level=Level(version.level), difficulty=version.difficulty, tags=tuple(version.tags),
        overlay=version.overlay, source_fact=version.source_fact,
    )  # fmt: skip
    return native_parts.completed(question, version.further, Place())


def columns_of(question: Question) -> dict[str, Any]:
    """The columns of a version that hold a question's words."""
    cited = question.citation
    return {
        "type": question.type.value, "stem": question.stem,
        "options": [[option.key, option.text] for option in question.options], "key": list(question.key),
        "anchored": list(anchored_options(question)), "explanation": question.explanation, "topic": question.topic,
        "law": cited.law if cited else None, "edition": cited.edition if cited else None,
        "article": cited.article if cited else None, "level": question.level.value,
        "difficulty": question.difficulty, "tags": list(question.tags), "overlay": question.overlay,
        "source_fact": question.source_fact, "further": native_parts.as_json(question),
        "fingerprint": fingerprint(question), "digest": digest(question),
    }  # fmt: skip


def item_row(item: Item, version: ItemVersion) -> ItemRow:
    """The row of an item whose newest version is given."""
    return ItemRow(
        item.id, item.code, item.paper, item.status, item.latest, item.in_use, version.id, version.type, version.stem,
        version.topic, version.level, citation_text(version.law, version.edition, version.article),
        version.author_account_id, version.author_label, version.created_at, version.law or "", tuple(version.tags),
        version.further.get("review", Review.UNREVIEWED.value), version.difficulty,
    )  # fmt: skip


def version_status(item: Item, number: int, steps: list[StepRow]) -> str:
    """The status of one version: the last step given to it; a final one that was replaced counts as retired."""
    last = next((step.status for step in steps if step.number == number), Status.DRAFT.value)
    return Status.RETIRED.value if last == Status.FINAL and number != item.in_use else last
