"""Moodle XML: reading and writing the questions of a Moodle question bank."""

from question_bank.formats.moodle.reading import looks_like_moodle, read
from question_bank.formats.moodle.standard import LOSES
from question_bank.formats.moodle.writing import write

__all__ = ["LOSES", "looks_like_moodle", "read", "write"]
