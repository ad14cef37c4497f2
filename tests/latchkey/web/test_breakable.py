from latchkey.web.breakable import breakable


def test_a_long_address_wraps_behind_its_marks() -> None:
    assert breakable("a.b@example.com") == "a.<wbr>b@<wbr>example.<wbr>com"


def test_markup_in_an_address_stays_text() -> None:
    assert breakable("<b>@x") == "&lt;b&gt;@<wbr>x"
