"""What each format loses of a question, as its writer says it; the guide's table is compared beside the page's."""

from dataclasses import fields

from question_bank.formats import writers
from question_bank.items import Blank, Item, Option

WHOLE_TEXTS = {"labels", "texts", "spaces", "numbers", "lines"}  # losses of all fields of a kind


def test_native_loses_nothing_and_every_loss_names_a_field_and_says_it_in_both_languages() -> None:
    known = {field.name for field in fields(Item)} | WHOLE_TEXTS
    known |= {f"options.{field.name}" for field in fields(Option)} | {f"blanks.{field.name}" for field in fields(Blank)}
    assert writers.WRITERS["native"].loses == ()
    for writer in writers.WRITERS.values():
        assert {loss.field for loss in writer.loses} <= known
        assert len({loss.field for loss in writer.loses}) == len(writer.loses)
        assert all(loss.zh.endswith("。") and loss.en.endswith(".") for loss in writer.loses)
