"""Finds the questions in lines; every line ends in a question, in the report, or is blank or drawn."""

import re

from question_bank.faults import Place, change, fault, refusal, shown
from question_bank.formats import fields
from question_bank.formats.drafts import MOST_OPTIONS, Gathering
from question_bank.formats.plain_text import lines
from question_bank.formats.plain_text.answer_table import AnswerTable
from question_bank.formats.plain_text.lines import Heading, Line, Numbered
from question_bank.formats.plain_text.matching import give_answers
from question_bank.formats.plain_text.options import bare_option, begins_option, following, split_options
from question_bank.formats.plain_text.question import Question, Section
from question_bank.formats.written import WRITTEN
from question_bank.items import OPTION_CHARACTERS, ItemType

_OPTION_LINE = re.compile(r"[A-Ha-h][.．、:：)）]")
STEM_LINES = 100  # what goes on longer is no stem
LOOK_AHEAD = 12  # lines; an option further away belongs to no unnumbered stem
STEM, OPTIONS, ANSWER, EXPLANATION, RUBRIC = "STEM", "OPTIONS", "ANSWER", "EXPLANATION", "RUBRIC"


class Reader:
    """Reads a document's lines into questions; what belongs to none goes into the gathering as a warning."""

    def __init__(self, gathering: Gathering, all_lines: list[Line]) -> None:
        self.gathering = gathering
        self.lines = all_lines
        self.section = Section(0)
        self.sections = 1
        self.labels: dict[str, str] = {}  # said before any heading: for the whole file
        self.question: Question | None = None
        self.state = STEM
        self.gap = False  # a blank line stands before this one
        self.last_number = 0  # in this section
        self.reached = 0  # in the file, for numbers that run on from section to section
        self.style: str | None = None
        self.scope: list[Question] = []  # questions since the last table of answers
        self.done: list[Question] = []
        self.table: AnswerTable | None = None

    def run(self) -> list[Question]:
        """All questions of the file, with the answers of its tables."""
        for index, line in enumerate(self.lines):
            if lines.ruled(line.text):
                self.gap = True
            elif lines.page_mark(line.text):
                self._stray(line)
            else:
                self._line(index, line)
                self.gap = False
                if self.question is not None and line.number in self.question.states:
                    self.question.states[line.number] = self.state
        self._close_table()
        return [*self.done, *self.scope]

    def _place(self, line: int) -> Place:
        return self.gathering.place(line=line)

    def _stray(self, line: Line) -> None:
        item = str(self.question.number) if self.question else None
        self.gathering.warn(
            fault("STRAY_TEXT", self.gathering.place(line=line.number, item=item), text=shown(line.text))
        )

    def _line(self, index: int, line: Line) -> None:
        if self._is_option_line(line):
            self._more(index, line)
            return
        found = lines.heading(line.text)
        if self.table is not None and not self._leaves_table(index, line, found):
            self._table_line(self.table, line, found)
        elif found is not None and not self._is_wrapped_stem(index, found):
            self._heading(line, found)
        elif not (self._opens_table(index, line) or self._marked(line) or self._new_question(index, line)):
            self._more(index, line)

    def _is_option_line(self, line: Line) -> bool:
        """Whether the line can be nothing but an option, which half of all lines are."""
        if self.question is None or self.table is not None or self.state not in (STEM, OPTIONS):
            return False
        return _OPTION_LINE.match(line.text) is not None

    # headings and tables

    def _is_wrapped_stem(self, index: int, found: Heading) -> bool:
        """A stem's own line may read like a heading: then options follow at once and no number comes between."""
        return found.rest == "" and self.state == STEM and self.question is not None and self._option_next(index)

    def _heading(self, line: Line, found: Heading) -> None:
        if found.answers:
            self._open_table()
            if self.table is not None:
                self._table_line(self.table, line, found)
            return
        self.section = Section(self.sections, found.label, found.type, found.open_count, found.handled)
        self.section.labels.update(self.labels)
        self.sections += 1
        self.question, self.state, self.last_number = None, STEM, 0
        if found.rest.strip(":：。. "):
            self.gathering.warn(fault("HEADING_REMARK", self._place(line.number), text=shown(found.rest)))

    def _opens_table(self, index: int, line: Line) -> bool:
        """参考答案 alone on a line begins a table, unless the key of this question is the next line."""
        if self._is_table_run(line):
            self._open_table()
            rest = lines.answer(line.text) or line.text
            if self.table is not None:
                self.gathering.warn(*self.table.feed(Line(line.number, rest, line.touched)))
            return True
        if not lines.answers_heading(line.text) or self._key_comes_next(index):
            return False
        self._open_table()
        return True

    def _is_table_run(self, line: Line) -> bool:
        rest = lines.answer(line.text)
        if rest is not None and lines.RANGE.match(rest):
            return True
        match = lines.RANGE.match(line.text)
        return match is not None and lines.KEY_TOKEN.match(line.text[match.end() :]) is not None

    def _key_comes_next(self, index: int) -> bool:
        if self.question is None or self.question.answers:
            return False
        text = next((line.text for line in self.lines[index + 1 : index + 4] if not lines.ruled(line.text)), "")
        if self.question.written and text and lines.heading(text) is None and self._answers_one_by_one():
            return True
        return lines.KEY_TOKEN.fullmatch(text.strip("。. ")) is not None

    def _answers_one_by_one(self) -> bool:
        """Whether the questions of this section have their answers beneath them, as far as it was read."""
        before = [question for question in self.scope[-2:-1] if question.section is self.section]
        return all(question.answers for question in before)

    def _open_table(self) -> None:
        kinds = {question.type for question in self.scope}
        self.table = AnswerTable(self._place, kinds.pop() if len(kinds) == 1 else None)
        self.question, self.state = None, STEM

    def _table_line(self, table: AnswerTable, line: Line, found: Heading | None) -> None:
        if found is not None:
            table.open(found, line.number)
            rest = found.rest.strip(":：。 ")
            if lines.RANGE.match(rest) or lines.numbered(rest):
                self.gathering.warn(*table.feed(Line(line.number, rest, line.touched)))
            elif rest:
                self.gathering.warn(fault("HEADING_REMARK", self._place(line.number), text=shown(rest)))
        elif not lines.answers_heading(line.text):
            self.gathering.warn(*table.feed(line))

    def _leaves_table(self, index: int, line: Line, found: Heading | None) -> bool:
        """Whether questions begin again after a table, as in files of several chapters."""
        if (found is None or found.answers) and not self._is_question_start(line):
            return False
        if found is not None and not self._questions_follow(index):
            return False
        self._close_table()
        return True

    def _is_question_start(self, line: Line) -> bool:
        number = lines.numbered(line.text)
        if number is None or lines.RANGE.match(line.text) or lines.KEY_TOKEN.match(number.rest):
            return False
        return fields.BLANK.search(number.rest) is not None or lines.STEM_KEY.search(number.rest) is not None

    def _questions_follow(self, index: int) -> bool:
        ahead = [line for line in self.lines[index + 1 : index + 1 + LOOK_AHEAD] if not lines.ruled(line.text)]
        return any(begins_option(line.text) == "A" or self._is_question_start(line) for line in ahead)

    def _close_table(self) -> None:
        if self.table is None:
            return
        self.gathering.reject(*give_answers(self.table.sections, self.scope, self._place))
        self.done.extend(self.scope)
        self.scope, self.table = [], None

    # lines of a question

    def _marked(self, line: Line) -> bool:
        """Answers, explanations and labels, which say what they are."""
        question = self.question
        saying = lines.says_what_it_is(line.text)
        if saying and (labelled := lines.label(line.text)):
            self._label(line, *labelled)
            if labelled[0] == "rubric" and self.question is not None:
                self.state = RUBRIC
                self.question.rubric.extend(filter(None, [self.question.labels.pop("rubric", "")]))
            return True
        if question is None:
            return False
        if saying and (text := lines.answer(line.text)) is not None:
            question.take_answer(text, line.number)
            self.state = EXPLANATION if question.explanation else ANSWER
        elif saying and (text := lines.explanation(line.text)) is not None:
            question.explanation.append(text)
            self.state = EXPLANATION
        elif self.state == ANSWER and question.answers[-1:] == [("", question.answers[-1][1])]:
            question.answers.pop()
            question.take_answer(line.text, line.number)
        else:
            return False
        self._touch(question, line)
        return True

    def _label(self, line: Line, name: str, value: str) -> None:
        if self.question is not None:
            kept = self.question.labels
        else:
            kept = self.section.labels if self.section.kind else self.labels
            self.section.labels[name] = value
        if kept.get(name, value) != value and self.question is not None:
            self.question.faults.append(fault("FIELD_REPEATED", self.question.place, field=line.text.split(":")[0][:8]))
        kept[name] = value

    def _new_question(self, index: int, line: Line) -> bool:
        tag, open_count, text = lines.type_tag(line.text)
        number = lines.numbered(text)
        if number is not None and self._is_new(index, number):
            self._start(line, number.number, number.style, number.rest)
            self._check_sequence(number.number)
        elif self._is_unnumbered(index, text):
            self._start(line, self.last_number + 1, "none", text)
        else:
            return False
        if tag is not None and self.question is not None:
            self.question.type, self.question.open_count = tag, open_count
        return True

    def _is_new(self, index: int, number: Numbered) -> bool:
        """Whether a number begins a question, or a list inside one, or a figure such as 2.5倍."""
        expected = number.number == self.last_number + 1
        if self.question is None:
            return not number.tight or expected
        if self.state != STEM and self.question.written:
            return number.style == self.style and self._looks_like_question(index)
        if number.style != self.style and not (number.style == "plain" and self.style == "none"):
            return expected and number.style == "plain" and self.state != STEM
        if number.tight or number.style == "space":
            return expected and (self.state != STEM or self._judging() or self._asks())
        return self._judging() or self._follows(index, number.number)

    def _follows(self, index: int, number: int) -> bool:
        """Whether a number in the style of the file comes where a new question may begin."""
        if self.state == EXPLANATION:
            return self._looks_like_question(index)
        return self.state != STEM or self._follows_open_stem(index, number)

    def _follows_open_stem(self, index: int, number: int) -> bool:
        """A number after a stem without options: the next question, unless the stem announces a list."""
        stem = self.question.stem if self.question else []
        if stem and stem[-1].endswith(("：", ":")) and not self._asks():
            return False
        return number == self.last_number + 1 or (number > self.last_number and self._looks_like_question(index))

    def _asks(self) -> bool:
        """Whether the open stem already has its blank or its bracket with the answer."""
        stem = self.question.stem[-5:] if self.question else []
        return any(fields.BLANK.search(part) or lines.STEM_KEY.search(part) for part in stem)

    def _judging(self) -> bool:
        type_ = self.section.type
        return type_ is ItemType.TRUE_FALSE or type_ in WRITTEN or not self.section.handled

    def _looks_like_question(self, index: int) -> bool:
        """Whether options, a blank or an answer come before the next number."""
        for offset, line in enumerate(self.lines[index : index + LOOK_AHEAD]):
            if offset and (lines.numbered(line.text) or lines.heading(line.text)):
                return False
            keyed = lines.STEM_KEY.search(line.text) or fields.BLANK.search(line.text) or lines.answer(line.text)
            if keyed or lines.FILL_PLACE.search(line.text) or begins_option(line.text) == "A":
                return True
        return False

    def _is_unnumbered(self, index: int, text: str) -> bool:
        """A stem that lost its automatic number: options follow, and the question before has all its parts."""
        if self.question is not None and self.state == STEM and not (self._judging() and self._asks()):
            return False
        if begins_option(text) or lines.numbered(text) or lines.explanation(text):
            return False
        if self.section.type in WRITTEN:
            return self.section.type is ItemType.FILL and self._is_unnumbered_fill(text)
        if self._judging() and self.section.handled:
            return lines.STEM_KEY.search(text) is not None and (self.question is None or self.style == "none")
        return self._option_next(index)

    def _is_unnumbered_fill(self, text: str) -> bool:
        if lines.FILL_PLACE.search(text) is None or (self.question is not None and self.style != "none"):
            return False
        return lines.answer(text) is None

    def _option_next(self, index: int) -> bool:
        for line in self.lines[index + 1 : index + 4]:
            if begins_option(line.text) == "A":
                return True
            if lines.numbered(line.text) or lines.heading(line.text) or lines.answer(line.text) is not None:
                return False
        return False

    def _start(self, line: Line, number: int, style: str, text: str) -> None:
        place = self.gathering.place(line=line.number, item=str(number))
        section = self.section
        question = Question(place, number, style, section, section.type, section.open_count)
        tag, open_count, text = lines.type_tag(text)
        if tag is not None:
            question.type, question.open_count = tag, open_count
        if style == "none":
            question.note(change("NUMBER_GIVEN", place, number=number))
        elif self.style in (None, "none") or self.question is None:
            self.style = style
        self.style = self.style or style
        if inner := lines.inner_answer(text):
            text = inner[0]
            question.take_answer(inner[1], line.number)
        question.stem.append(text)
        self._touch(question, line)
        self.scope.append(question)
        if len(self.done) + len(self.scope) > self.gathering.limits.items:
            raise refusal("TOO_MANY_ITEMS", place, limit=self.gathering.limits.items)
        self.question, self.state = question, STEM

    def _check_sequence(self, number: int) -> None:
        if self.question is not None and number not in (self.last_number + 1, self.reached + 1, 1):
            self.gathering.warn(
                fault("NUMBER_OUT_OF_ORDER", self.question.place, number=number, expected=self.last_number + 1)
            )
        self.last_number = self.reached = number

    def _more(self, index: int, line: Line) -> None:
        """A line without a mark of its own: an option, or the rest of what stands above it."""
        question = self.question
        if question is None:
            self._stray(line)
            return
        self._touch(question, line)
        if question.written and self.state in (ANSWER, RUBRIC):
            self._tell(question, line)
            return
        if self.state not in (EXPLANATION, RUBRIC) and self._options(question, index, line):
            return
        if self.state == STEM and len(question.stem) < STEM_LINES:
            question.stem.append(line.text)
        elif self.state == OPTIONS and not self.gap and len(question.options[-1][1]) <= OPTION_CHARACTERS:
            letter, text = question.options[-1]
            question.options[-1] = (letter, f"{text}\n{line.text}" if not text else text + line.text)
            question.note(change("OPTION_JOINED", question.place, letter=letter, text=shown(line.text)))
        elif self.state == EXPLANATION:
            if lines.numbered(line.text) and not self.gap:
                place = self.gathering.place(line=line.number, item=str(question.number))
                self.gathering.warn(fault("NUMBERED_IN_EXPLANATION", place, text=shown(line.text)))
            question.explanation.append(line.text)
        else:
            self._stray(line)

    def _tell(self, question: Question, line: Line) -> None:
        """A further line of a written answer or of its rubric."""
        number = lines.numbered(line.text)
        if number is not None and number.number == self.last_number + 1 and number.style == self.style:
            place = self.gathering.place(line=line.number, item=str(question.number))
            self.gathering.warn(fault("NUMBERED_IN_ANSWER", place, text=shown(line.text)))
        (question.told if self.state == ANSWER else question.rubric).append(line.text)

    def _options(self, question: Question, index: int, line: Line) -> bool:
        if len(question.options) > MOST_OPTIONS:  # such a question is refused: its lines are counted, not taken apart
            question.options.append(("", ""))
            return True
        expected = following(question.options[-1][0] if question.options else None)
        first = begins_option(line.text)
        found = split_options(line.text) if first or line.text[:1] == expected else []
        if not found and (bare := bare_option(line.text, expected)) and self._bare_goes_on(index, expected):
            found = [bare]
        if not found or (self.state == ANSWER and question.options):
            return False
        if any(letter.islower() for letter in line.text[:2]):
            question.note(change("LETTERS_NORMALISED", question.place))
        question.options.extend(found)
        self.state = OPTIONS
        self._inner_key(question, line)
        return True

    def _bare_goes_on(self, index: int, expected: str) -> bool:
        if expected != "A":
            return True
        after = next(
            (line.text for line in self.lines[index + 1 : index + LOOK_AHEAD] if not lines.ruled(line.text)), ""
        )
        return bare_option(after, "B") is not None

    def _inner_key(self, question: Question, line: Line) -> None:
        letter, text = question.options[-1]
        if inner := lines.inner_answer(text):
            question.options[-1] = (letter, inner[0])
            question.take_answer(inner[1], line.number)
            self.state = EXPLANATION if question.explanation else ANSWER

    def _touch(self, question: Question, line: Line) -> None:
        question.states[line.number] = self.state
        if line.touched:
            question.note(change("WIDTH_NORMALISED", question.place, before="", after=shown(line.text)))
