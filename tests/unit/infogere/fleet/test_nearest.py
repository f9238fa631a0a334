"""What a misspelt name is answered with."""

from __future__ import annotations

from infogere.fleet.nearest import hint


def test_a_near_name_is_guessed():
    assert hint("INC-O371", ["INC-0371", "INC-0402"]) == "did you mean INC-0371?"


def test_a_far_one_is_answered_with_the_first_that_are_known():
    assert hint("zzz", [f"W-{number:02}" for number in range(14)]).endswith("W-10, W-11 and 2 more")


def test_where_nothing_is_known_the_caller_says_how_to_make_one():
    assert hint("C-1", [], "there is none yet: infogere claim open") == "there is none yet: infogere claim open"
