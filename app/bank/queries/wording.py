"""A question as text: what of it differs between two versions, field by field and word by word."""

import hashlib
import json
import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

from question_bank.formats import native_parts
from question_bank.formats.fields import TYPE_NAMES
from question_bank.items import GAP, Area, Blank, Picture
from question_bank.items import Item as Question

_WORD = re.compile(r"[A-Za-z0-9_.%-]+|\s+|.", re.DOTALL)
_MOST_COMPARED = 4_000_000
"""Pairs of words looked at; longer texts are shown as wholly rewritten."""
_ISLAND = 2
"""So few signs between two changes are shown as changed with them."""

Piece = tuple[str, str, str]
"""What happened (same, changed), the words before, the words after."""


def citation_text(law: str | None, edition: str | None, article: str | None) -> str:
    """The source as Chinese law texts are cited, 《行政处罚法》（2021-01-22）第42条; empty where there is none."""
    if not law:
        return ""
    main, _sep, part = (article or "").partition("-")
    where = f"第{main}条" + (f"之{part}" if part else "") if main else ""
    return f"《{law}》" + (f"（{edition}）" if edition else "") + where


def digest(question: Question) -> str:
    """SHA-256, in hex, of every field but code and paper: equal digests mean that nothing was changed."""
    plain = json.dumps(_kept_fields(question), ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode("ascii")).hexdigest()


def differences(before: Question, after: Question) -> tuple[tuple[str, str, str], ...]:
    """(field, before, after) for every field that differs, as text for people."""
    old, new = _kept_fields(before), _kept_fields(after)
    names = [name for name in dict.fromkeys([*old, *new]) if old.get(name) != new.get(name)]
    told, telling = readable(before), readable(after)
    found = []
    for name in names:
        first, second = told.get(name, ""), telling.get(name, "")
        alike = first == second  # the words hide what differs
        found.append((name, old.get(name, ""), new.get(name, "")) if alike else (name, first, second))
    return tuple(found)


def _kept_fields(question: Question) -> dict[str, str]:
    return {
        **_common(question),
        **{name: _as_lines(value) for name, value in native_parts.as_json(question).items()},
    }


def _common(question: Question) -> dict[str, str]:
    cited = question.citation
    return {
        "type": question.type.value,
        "stem": question.stem,
        "options": "\n".join(f"{option.key}. {option.text}" for option in question.options),
        "key": " ".join(question.key),
        "explanation": question.explanation,
        "topic": question.topic,
        "citation": citation_text(cited.law, cited.edition, cited.article) if cited else "",
        "level": question.level.value,
        "difficulty": "" if question.difficulty is None else repr(question.difficulty),
        "tags": "、".join(question.tags),
        "overlay": question.overlay or "",
        "source_fact": question.source_fact or "",
    }


def _as_lines(value: Any) -> str:  # noqa: ANN401 - a part of the native format
    """A further part of a question as text, a line for each entry; the bytes of a picture by their digest."""
    if isinstance(value, dict):
        return "；".join(f"{name}: {_as_lines(_short(name, one))}" for name, one in value.items())
    if isinstance(value, list):
        return "\n".join(_as_lines(one) for one in value)
    return str(value)


def _short(name: str, value: Any) -> Any:  # noqa: ANN401 - a part of the native format
    return hashlib.sha256(value.encode()).hexdigest()[:16] if name == "data" else value


def readable(question: Question) -> dict[str, str]:
    """Every field that says something, as text for people."""
    further = {
        "feedback": "\n".join(f"{one.key}. {one.feedback}" for one in question.options if one.feedback),
        "worth": "\n".join(f"{one.key} {one.worth}%" for one in question.options if one.worth is not None),
        "prompts": "\n".join(f"{number}. {said}" for number, said in enumerate(question.prompts, 1)),
        "blanks": "\n".join(blank_text(number, blank) for number, blank in enumerate(question.blanks, 1)),
        "areas": "\n".join(area_text(area) for area in question.areas),
        "rubric": "\n".join(f"{one.weight} | {one.text}" for one in question.rubric),
        "model_answer": question.model_answer,
        "pictures": "\n".join(_picture_text(one) for one in question.pictures),
        "parts": "\n\n".join(_part_text(number, part) for number, part in enumerate(question.parts, 1)),
        "seconds": "" if question.seconds is None else str(question.seconds),
        "author_role": question.author_role,
        "review": question.review.value,
        "opaque": "\n".join(f"{one.format} {one.name}: {one.text}" for one in question.opaque),
    }
    return {**_common(question), **{name: text for name, text in further.items() if text}}


def stem_pieces(stem: str) -> tuple[tuple[str, int], ...]:
    """The stem as (text, number of the blank that follows it), 0 where none follows."""
    pieces, start = [], 0
    for found in GAP.finditer(stem):
        pieces.append((stem[start : found.start()], int(found[1])))
        start = found.end()
    return (*pieces, (stem[start:], 0))


def blank_text(number: int, blank: Blank) -> str:
    """One blank in a line: what is accepted, its tolerance, what may be chosen, its weight."""
    said = " | ".join(blank.accepted)
    if blank.tolerance is not None:
        said += f" ± {blank.tolerance:f}"
    if blank.options:
        said += "（" + "　".join(f"{one.key}. {one.text}" for one in blank.options) + "）"
    return f"{{{{{number}}}}} {said}" + (f" ×{blank.weight}" if blank.weight != 1 else "")


def area_text(area: Area) -> str:
    """One area in a line."""
    return f"{area.key} {area.shape.value} {', '.join(map(str, area.coords))}"


def _picture_text(picture: Picture) -> str:
    where = f" ({picture.at})" if picture.at else ""
    return f"{picture.name}{where}: {picture.alt} [{hashlib.sha256(picture.data).hexdigest()[:12]}]"


def _part_text(number: int, part: Question) -> str:
    said = readable(part)
    head = f"({number}) {TYPE_NAMES[part.type]}" + (f" ×{part.weight}" if part.weight != 1 else "")
    names = ("stem", "options", "feedback", "worth", "prompts", "blanks", "areas", "key", "rubric", "model_answer",
             "pictures", "explanation")  # fmt: skip
    return "\n".join([head, *(said[name] for name in names if said.get(name))])


def word_diff(before: str, after: str) -> tuple[Piece, ...]:
    """Two texts cut into pieces that are the same or were changed; a Chinese sign is a word, so is a Latin one."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    inner_old, inner_new = old[head : len(old) - tail], new[head : len(new) - tail]
    pieces = [("same", "".join(old[:head]), "".join(new[:head])), *_inner(inner_old, inner_new)]
    pieces.append(("same", "".join(old[len(old) - tail :]), "".join(new[len(new) - tail :])))
    return tuple(_joined(piece for piece in pieces if piece[1] or piece[2]))


def _inner(old: list[str], new: list[str]) -> Iterator[Piece]:
    if not old or not new or len(old) * len(new) > _MOST_COMPARED:
        yield ("changed", "".join(old), "".join(new))
        return
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for place, (kind, i, j, k, m) in enumerate(blocks):
        inside = 0 < place < len(blocks) - 1
        same = kind == "equal" and not (inside and j - i < _ISLAND and not "".join(old[i:j]).isspace())
        yield ("same" if same else "changed", "".join(old[i:j]), "".join(new[k:m]))


def _joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The same pieces, neighbours of one kind as one."""
    last: Piece | None = None
    for piece in pieces:
        if last is not None and last[0] == piece[0]:
            last = (last[0], last[1] + piece[1], last[2] + piece[2])
        else:
            if last is not None:
                yield last
            last = piece
    if last is not None:
        yield last
