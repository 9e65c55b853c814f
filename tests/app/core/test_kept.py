"""What is kept is bounded, and the one least used goes first."""

from app.core.kept import Kept


def test_the_one_least_used_goes_first():
    kept = Kept(2)
    kept.put("a", 1)
    kept.put("b", 2)
    assert kept.get("a") == 1
    assert kept.put("c", 3) == 3
    assert [kept.get(key) for key in "abc"] == [1, None, 3]
    assert len(kept) == 2


def test_a_new_value_stands_in_place_of_the_old_one_and_is_the_newest():
    kept = Kept(3)
    for key, value in (("a", 1), ("b", 2), ("a", 3)):
        kept.put(key, value)
    assert kept.newest_first() == [3, 2]
