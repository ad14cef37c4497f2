from latchkey.web.branding.tables import without


def test_a_table_that_has_nothing_left_is_gone() -> None:
    given = {"links": {"privacy": "x"}, "colors": {"primary": "y", "link": "z"}, "name": "n"}
    left = without(given, ["links.privacy", "colors.link"])
    assert left == {"colors": {"primary": "y"}, "name": "n"}
