"""Forms are read as a browser would send them."""

from __future__ import annotations

import pytest

from infogere.errors import InfogereError
from infogere.lab.clients.browser import Page

PAGE = Page(
    "/edit.php",
    200,
    """<form action="search.php"><input name="q" value="x"></form>
    <form method="post" action="?table=mailbox">
      <input type="hidden" name="token" value="abc&amp;d">
      <input name="value[local_part]"><input type="submit" value="Save">
      <input type="checkbox" name="on" checked><input type="checkbox" name="off">
      <input type="radio" name="r" value="1"><input type="radio" name="r" value="2" checked>
      <select name="lang"><option value="de">D<option value="en" selected>E</select>
      <select name="first"><option value="1">1<option value="2">2</select>
      <textarea name="goto">old</textarea>
    </form>""",
)


def test_hidden_fields_and_defaults_are_kept():
    form = PAGE.form("value[local_part]")
    assert form.action == "?table=mailbox"
    assert form.fields == {
        "token": "abc&d",
        "value[local_part]": "",
        "on": "on",
        "r": "2",
        "lang": "en",
        "first": "1",
        "goto": "",
    }


def test_a_form_that_is_not_there_is_named():
    with pytest.raises(InfogereError, match=r"/edit.php has no form with a field fUsername \(status 200\)"):
        PAGE.form("fUsername")
