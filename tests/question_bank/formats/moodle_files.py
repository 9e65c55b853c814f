"""Moodle XML as Moodle writes it, for tests."""

import base64
from html import escape

from question_bank.errors import ImportReport
from question_bank.formats import moodle, read
from question_bank.items import Item

PNG = b"\x89PNG\r\n\x1a\nx"
CODED = base64.b64encode(PNG).decode()


def quiz(*questions: str) -> bytes:
    return ("<?xml version='1.0' encoding='UTF-8'?>\n<quiz>\n" + "\n".join(questions) + "\n</quiz>").encode()


def question(kind: str, text: str, *children: str) -> str:
    body = f'<questiontext format="html"><text>{escape(text)}</text></questiontext>'
    return f'<question type="{kind}"><name><text>题</text></name>{body}{"".join(children)}</question>'


def answer(text: str, worth: str, feedback: str = "", more: str = "") -> str:
    said = f"<feedback format='html'><text>{escape(feedback)}</text></feedback>" if feedback else ""
    return f'<answer fraction="{worth}" format="html"><text>{escape(text)}</text>{more}{said}</answer>'


def told(*questions: str) -> ImportReport:
    return read("a.xml", quiz(*questions))


def only(*questions: str) -> Item:
    report = told(*questions)
    assert not report.rejected, report.rejected
    (item,) = report.items
    return item


def again(item: Item) -> Item:
    report = read("a.xml", moodle.write([item])[0])
    assert not report.rejected, report.rejected
    return report.items[0]
