"""From the raw fields of one question to an item, and from many questions to a report."""

import re
from collections import Counter
from dataclasses import dataclass, field, replace

from question_bank.errors import AcceptedRow, ImportReport
from question_bank.faults import Change, Fault, Place, change, fault, refusal, shown
from question_bank.formats import fields
from question_bank.formats.limits import Limits
from question_bank.formats.written import Raw, Written, read_written
from question_bank.items import (
    OPEN_COUNT_TAG,
    OPTION_KEYS,
    Citation,
    Item,
    ItemType,
    Level,
    Option,
    Paper,
    Picture,
    check_item,
    fingerprint,
)

MOST_OPTIONS = 100  # a question with more is refused without a look at what they say
UNCODED = "0"  # stands in while the code is derived from the content
_FOLLOWING = {"BLANKS_COUNT", "GAPS_BROKEN", "RUBRIC_MISSING", "ORDER_KEY_BAD", "MATCH_KEY_BAD", "TOLERANCE_BAD"}
"""What is also wrong with a question whose answer could not be read, and only because of that."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """What is taken where a file does not say; each use is counted and reported once a file."""

    paper: Paper = Paper.PUBLIC_LAW
    level: Level = Level.RECALL
    topic: str = ""


@dataclass(slots=True)
class Draft:
    """One question as written. `labels` holds the other fields by English name, as raw text."""

    place: Place
    type: ItemType | None = None
    open_count: bool = False
    stem: str = ""
    options: list[tuple[str, str]] = field(default_factory=list)
    key: str | None = None
    explanation: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    pictures: tuple[Picture, ...] = ()
    changes: list[Change] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


class Gathering:
    """Collects what a reader finds in one file; finds repeated questions and codes inside it."""

    def __init__(self, file: str, limits: Limits, defaults: Defaults) -> None:
        self.file = file
        self.limits = limits
        self.defaults = defaults
        self.accepted: list[AcceptedRow] = []
        self.rejected: list[Fault] = []
        self.warnings: list[Fault] = []
        self._seen: dict[str, Place] = {}
        self._codes: dict[str, Place] = {}
        self._assumed: Counter[str] = Counter()
        self._pending: list[str] = []  # defaults of the question at hand, counted when it is accepted

    def place(self, *, line: int | None = None, row: int | None = None, item: str | None = None) -> Place:
        """A place in this file."""
        return Place(self.file, line, row, item)

    def reject(self, *faults: Fault) -> None:
        """Note what keeps a question out. Raises BankError TOO_MANY_FAULTS."""
        self.rejected.extend(faults)
        self._bound()

    def warn(self, *faults: Fault) -> None:
        """Note what the trainer should know. Raises BankError TOO_MANY_FAULTS."""
        self.warnings.extend(faults)
        self._bound()

    def _bound(self) -> None:
        if len(self.rejected) + len(self.warnings) > self.limits.faults:
            raise refusal("TOO_MANY_FAULTS", Place(self.file), limit=self.limits.faults)

    def assume(self, what: str) -> None:
        """Note one use of a default: PAPER, LEVEL, TOPIC or EDITION."""
        self._pending.append(what)

    def forget(self) -> None:
        """Begin a new question: what an unfinished one assumed does not count."""
        self._pending = []

    def add(self, item: Item, place: Place, changes: tuple[Change, ...] = ()) -> None:
        """Accept a sound item that is not in the file already; otherwise reject it."""
        if len(self.accepted) >= self.limits.items:
            raise refusal("TOO_MANY_ITEMS", place, limit=self.limits.items)
        assumed, self._pending = self._pending, []
        if faults := check_item(item, place):
            self.reject(*faults)
            return
        print_ = fingerprint(item)
        if first := self._seen.get(print_):
            self.reject(fault("DUPLICATE_ITEM", place, zh=first.zh, en=first.en))
        elif first := self._codes.get(item.code):
            self.reject(fault("CODE_REPEATED", place, value=item.code, zh=first.zh, en=first.en))
        else:
            self._seen[print_] = self._codes[item.code] = place
            self._assumed.update(assumed)
            self.accepted.append(AcceptedRow(item, place, changes))

    def add_draft(self, draft: Draft) -> None:
        """Turn a draft into an item, or into the faults that prevent it."""
        self.forget()
        item = _Finishing(draft, self).item()
        if draft.faults:
            self.reject(*draft.faults)
        if item is not None:
            self.add(item, draft.place, tuple(draft.changes))

    def report(self, format: str, title: str = "") -> ImportReport:  # noqa: A002 - the field's own name
        """The report, with each default's use as one warning."""
        place = Place(self.file)
        if self._assumed["PAPER"]:
            self.warn(fault("PAPER_ASSUMED", place, count=self._assumed["PAPER"], paper=self.defaults.paper.value))
        if self._assumed["LEVEL"]:
            self.warn(fault("LEVEL_ASSUMED", place, count=self._assumed["LEVEL"], level=self.defaults.level.value))
        if self._assumed["TOPIC"]:
            self.warn(fault("TOPIC_NONE", place, count=self._assumed["TOPIC"]))
        if self._assumed["EDITION"]:
            self.warn(fault("EDITION_NONE", place, count=self._assumed["EDITION"]))
        if not (self.accepted or self.rejected):
            self.reject(fault("NO_QUESTIONS", place))
        return ImportReport(tuple(self.accepted), tuple(self.rejected), tuple(self.warnings), format, title)


class _Finishing:
    """One draft on its way to an item; faults and changes go into the draft."""

    def __init__(self, draft: Draft, gathering: Gathering) -> None:
        self.draft = draft
        self.gathering = gathering
        self.labels = {name: value.strip() for name, value in draft.labels.items() if value.strip()}

    def item(self) -> Item | None:
        draft = self.draft
        if len(draft.options) > MOST_OPTIONS:
            draft.faults.append(
                fault("OPTIONS_TOO_MANY", draft.place, count=len(draft.options), limit=len(OPTION_KEYS))
            )
            return None
        options = tuple(Option(letter, self._tidy(text)) for letter, text in draft.options)
        stem = self._tidy(draft.stem)
        written = self._written(stem, options)
        if written is None:
            type_, options, key = self._answer(options)
            written = Written(stem, options, key)
        else:
            type_, options, key = draft.type or ItemType.SINGLE, written.options, written.key
        citation = self._citation()
        item = Item(
            code=UNCODED,
            type=type_,
            stem=written.stem,
            options=options,
            key=key,
            explanation=self._tidy(draft.explanation),
            paper=self._paper(),
            topic=self._topic(citation),
            citation=citation,
            level=self._level(),
            difficulty=self._difficulty(),
            tags=self._tags(),
            overlay=self.labels.get("overlay"),
            source_fact=self.labels.get("source_fact"),
            seconds=self._seconds(),
            author_role=self._tidy(self.labels.get("author_role", "")),
            prompts=written.prompts,
            blanks=written.blanks,
            rubric=written.rubric,
            model_answer=written.model_answer,
            pictures=draft.pictures,
        )
        item = replace(item, code=self._code(item))
        if not draft.faults:
            return item
        told = {found.code for found in draft.faults} | {"KEY_MISSING"} | (_FOLLOWING if written.faults else set())
        draft.faults.extend(found for found in check_item(item, draft.place) if found.code not in told)
        return None

    def _written(self, stem: str, options: tuple[Option, ...]) -> Written | None:
        """The answer of a type that is not ticked; None for those that are."""
        draft = self.draft
        if draft.type is None:
            return None
        answer = fields.narrow(draft.key or "").strip()
        labels = {name: fields.narrow(value) for name, value in self.labels.items()}
        written = read_written(Raw(draft.type, stem, options, answer, labels, draft.place))
        if written is not None and not any(found.code.startswith(("KEY_", "ANSWER_")) for found in draft.faults):
            draft.faults.extend(written.faults)
        return written

    def _fault(self, found: Fault) -> None:
        self.draft.faults.append(found)

    def _change(self, made: Change) -> None:
        if made.code not in {known.code for known in self.draft.changes} or made.code == "KEY_NORMALISED":
            self.draft.changes.append(made)

    def _tidy(self, text: str) -> str:
        narrowed = fields.narrow(text)
        if narrowed != fields.narrow_spaces(text):
            self._change(change("WIDTH_NORMALISED", self.draft.place, before=shown(text), after=shown(narrowed)))
        squeezed = fields.squeeze(narrowed)
        if squeezed != fields.BLANK.sub("（ ）", narrowed).strip():
            self._change(change("SPACES_TIDIED", self.draft.place, after=shown(squeezed)))
        return squeezed

    def _answer(self, options: tuple[Option, ...]) -> tuple[ItemType, tuple[Option, ...], tuple[str, ...]]:
        draft = self.draft
        raw = fields.narrow(draft.key or "").strip()
        folded = self._folded(options)
        if folded is not None:
            options = ()
        type_ = draft.type or self._inferred(options, raw, folded=folded is not None)
        if type_ is ItemType.TRUE_FALSE:
            return type_, options, self._judgement(raw, folded or {})
        return type_, options, self._letters(raw)

    def _folded(self, options: tuple[Option, ...]) -> dict[str, str] | None:
        """Option letter → T or F where the two options of a true/false question are just 正确 and 错误."""
        readings = {option.key: fields.read_judgement(option.text) for option in options}
        if len(options) != 2 or set(readings.values()) != {"T", "F"}:
            return None
        if self.draft.type not in (None, ItemType.TRUE_FALSE):
            return None
        self._change(change("OPTIONS_FOLDED", self.draft.place))
        return {letter: value for letter, value in readings.items() if value}

    def _inferred(self, options: tuple[Option, ...], raw: str, *, folded: bool) -> ItemType:
        letters = fields.read_letters(raw) or ()
        if folded or (not options and fields.read_judgement(raw)):
            type_ = ItemType.TRUE_FALSE
        else:
            type_ = ItemType.MULTIPLE if len(set(letters)) > 1 or self.draft.open_count else ItemType.SINGLE
        if raw:
            self._change(change("TYPE_INFERRED", self.draft.place, type=type_.value))
        return type_

    def _judgement(self, raw: str, folded: dict[str, str]) -> tuple[str, ...]:
        if not raw:
            self._missing_key()
            return ()
        value = folded.get(raw.upper()) or fields.read_judgement(raw)
        if value is None:
            self._fault(fault("TRUE_FALSE_KEY_BAD", self.draft.place, key=shown(raw)))
            return ()
        return (value,)

    def _letters(self, raw: str) -> tuple[str, ...]:
        if not raw:
            self._missing_key()
            return ()
        letters = fields.read_letters(raw)
        if letters is None:
            self._fault(fault("KEY_UNREADABLE", self.draft.place, value=shown(raw)))
            return ()
        if len(set(letters)) < len(letters):
            self._fault(fault("KEY_LETTER_REPEATED", self.draft.place, value=shown(raw)))
            return ()
        key = tuple(sorted(letters))
        if "".join(key) != raw:
            self._change(change("KEY_NORMALISED", self.draft.place, before=shown(raw), after="".join(key)))
        return key

    def _missing_key(self) -> None:
        if not any(found.code.startswith(("KEY_", "ANSWER_")) for found in self.draft.faults):
            self._fault(fault("KEY_MISSING", self.draft.place))

    def _paper(self) -> Paper:
        raw = self.labels.get("paper")
        if raw is None:
            self.gathering.assume("PAPER")
            return self.gathering.defaults.paper
        if (paper := fields.read_paper(raw)) is None:
            self._fault(fault("PAPER_UNKNOWN", self.draft.place, value=shown(raw)))
            return self.gathering.defaults.paper
        return paper

    def _level(self) -> Level:
        raw = self.labels.get("level")
        if raw is None:
            self.gathering.assume("LEVEL")
            return self.gathering.defaults.level
        if (level := fields.read_level(raw)) is None:
            self._fault(fault("LEVEL_UNKNOWN", self.draft.place, value=shown(raw)))
            return self.gathering.defaults.level
        return level

    def _difficulty(self) -> float | None:
        raw = self.labels.get("difficulty")
        if raw is None:
            return None
        reading = fields.read_difficulty(fields.narrow(raw))
        if reading is None:
            self._fault(fault("DIFFICULTY_BAD", self.draft.place, value=shown(raw)))
            return None
        if reading[1]:
            self._change(change("DIFFICULTY_READ_AS", self.draft.place, before=shown(raw), after=reading[0]))
        return reading[0]

    def _seconds(self) -> int | None:
        raw = self.labels.get("seconds")
        if raw is None:
            return None
        match = re.fullmatch(r"([0-9]{1,6})\s*(秒|分钟|分)?", fields.narrow(raw))
        if match is None:
            self._fault(fault("FIELD_TYPE", self.draft.place, field="seconds"))
            return None
        return int(match[1]) * (60 if (match[2] or "").startswith("分") else 1)

    def _citation(self) -> Citation | None:
        raw = self.labels.get("law")
        if raw is None:
            if "article" in self.labels or "edition" in self.labels:
                self._fault(fault("LAW_EMPTY", self.draft.place))
            return None
        reading = fields.read_citation(fields.narrow(raw))
        if reading is None:
            self._fault(fault("CITATION_UNREADABLE", self.draft.place, value=shown(raw)))
            return None
        cited = self._with_columns(reading.citation)
        if reading.shortened:
            after = f"{cited.law} {cited.edition} {cited.article}".replace("  ", " ").strip()
            self._change(change("CITATION_SHORTENED", self.draft.place, before=shown(raw), after=after))
        if not cited.edition:
            self.gathering.assume("EDITION")
        return cited

    def _with_columns(self, cited: Citation) -> Citation:
        """Edition and article from columns of their own win over none in the law's column."""
        if raw := self.labels.get("edition"):
            edition, left_out = fields.read_edition(fields.narrow(raw))
            if not edition or left_out:
                self._fault(fault("EDITION_BAD", self.draft.place, value=shown(raw)))
            cited = replace(cited, edition=edition)
        if raw := self.labels.get("article"):
            article = fields.read_article(fields.narrow(raw))
            if article is None or (cited.article and article != cited.article):
                self._fault(fault("ARTICLE_BAD", self.draft.place, value=shown(raw)))
            cited = replace(cited, article=article or "")
        return cited

    def _topic(self, citation: Citation | None) -> str:
        topic = self._tidy(self.labels.get("topic", "")) or (citation.law if citation else "")
        topic = topic or self.gathering.defaults.topic
        if not topic:
            self.gathering.assume("TOPIC")
        return topic

    def _tags(self) -> tuple[str, ...]:
        raw = fields.narrow(self.labels.get("tags", ""))
        for mark in "，,、;；|\n":
            raw = raw.replace(mark, "\0")
        tags = [tag.strip() for tag in raw.split("\0") if tag.strip()]
        if self.draft.open_count and OPEN_COUNT_TAG not in tags:
            tags.append(OPEN_COUNT_TAG)
        return tuple(dict.fromkeys(tags))

    def _code(self, item: Item) -> str:
        raw = self.labels.get("code")
        if raw is not None:
            return fields.narrow(raw).strip()
        code = f"T-{fingerprint(item)[:12].upper()}"
        self._change(change("CODE_DERIVED", self.draft.place, code=code))
        return code
