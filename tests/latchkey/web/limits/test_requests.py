import pytest

from tests.calling import CallingApp
from tests.latchkey.web.limits.many_clients import Town


def test_a_client_has_so_many_address_steps_and_others_have_theirs() -> None:
    town = Town(LIMITS="address=3/5m")
    stranger = town.client("198.51.100.66")
    pages = [stranger.enter(f"someone-{number}@example.com") for number in range(5)]
    assert [page.status for page in pages] == [200, 200, 200, 429, 429]
    assert pages[-1].heading == "A short pause"
    assert town.client("203.0.113.9").enter("owner@example.com").status == 200


def test_what_is_no_address_counts_for_the_client_too() -> None:
    visitor = Town(LIMITS="address=2/5m").client()
    assert [visitor.enter("no address").status for _ in range(3)] == [422, 422, 429]


def test_people_with_a_signed_link_are_not_held_up_at_the_address_step() -> None:
    town = Town(LIMITS="address=1/5m")
    for _ in range(3):
        town.client().enter("someone@example.com")
    link = town.app.extensions["services"].links.make("owner@example.com", seconds=600)
    owner = town.client()
    assert owner.submit(owner.get(f"/?link={link}")).status == 200


def test_oauth_starts_are_limited_per_client() -> None:
    town = Town(LIMITS="oauth_start=2/5m")
    visitor = town.client()
    visitor.enter("someone@example.com")
    statuses = [visitor.client.get("/oauth/google/start") for _ in range(3)]
    assert [answer.status_code for answer in statuses] == [302, 302, 429]


def test_callbacks_are_limited_per_client() -> None:
    town = Town(LIMITS="oauth_callback=2/5m")
    visitor = town.client()
    answers = [visitor.client.get("/oauth/google/callback?state=x&code=y") for _ in range(3)]
    assert [answer.status_code == 429 for answer in answers] == [False, False, True]


def test_broken_links_are_limited_and_good_ones_still_open() -> None:
    town = Town(LIMITS="broken_link=2/5m")
    visitor = town.client()
    assert [visitor.get("/?link=a.b").status for _ in range(3)] == [400, 400, 429]
    link = town.app.extensions["services"].links.make("owner@example.com", seconds=600)
    assert visitor.get(f"/?link={link}").status == 200


@pytest.mark.parametrize("path", ["/v3/connect/token", "/v3/connect/tokeninfo"])
def test_an_app_that_asks_for_tokens_too_often_hears_so_as_from_nylas(path: str) -> None:
    town = Town(LIMITS="token=2/1m")
    server = CallingApp(town.app).server
    method = "POST" if path.endswith("token") else "GET"
    answers = [server.request(method, path) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [400, 400, 429]
    assert answers[2].json()["error"] == "temporarily_unavailable"
    assert 1 <= int(answers[2].headers["retry-after"]) <= 60


def test_who_was_limited_finds_the_way_back_to_the_app() -> None:
    town = Town(LIMITS="address=1/5m")
    app = CallingApp(town.app)
    visitor = town.client()
    page = visitor.get(app.address())
    visitor.submit(page, email="someone@example.com")
    assert "/return?" in visitor.submit(page, email="someone@example.com").leading("/return?")


def test_one_client_spends_a_quarter_of_the_detections_at_most() -> None:
    town = Town(NYLAS_DETECTS_PER_MINUTE="20")
    stranger = town.client("198.51.100.66")
    for number in range(20):
        assert stranger.enter(f"someone@d{number}.example.org").status == 200
    assert town.nylas.detections == 5
    for number in range(3):
        town.client(f"203.0.113.{number}").enter(f"honest@h{number}.example.org")
    assert town.nylas.detections == 8


def test_a_client_that_used_its_detections_up_still_learns_what_is_remembered() -> None:
    town = Town(NYLAS_DETECTS_PER_MINUTE="4")
    town.client("203.0.113.9").enter("someone@example.org")
    stranger = town.client("198.51.100.66")
    for number in range(3):
        stranger.enter(f"someone@d{number}.example.org")
    assert stranger.enter("other@example.org").heading.startswith("Sign in to")
    assert town.nylas.detections == 2


def test_a_proxy_that_is_not_named_in_the_settings_is_warned_about_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    town = Town()
    town.client().get("/")
    assert "TRUSTED_PROXIES" not in capsys.readouterr().out
    for _ in range(3):
        town.client(**{"X-Forwarded-For": "203.0.113.7"}).get("/")
    assert capsys.readouterr().out.count("TRUSTED_PROXIES is 0") == 1


def test_a_proxy_that_is_named_is_not_warned_about(capsys: pytest.CaptureFixture[str]) -> None:
    town = Town(TRUSTED_PROXIES="1")
    town.client("127.0.0.1", **{"X-Forwarded-For": "203.0.113.7"}).get("/")
    assert "TRUSTED_PROXIES" not in capsys.readouterr().out


def test_an_operator_who_asks_has_no_share_of_detections() -> None:
    town = Town(NYLAS_DETECTS_PER_MINUTE="20")
    stranger = town.client()
    for number in range(8):
        stranger.enter(f"a@corp-{number}.example")
    assert town.nylas.detections == 5
    with town.app.app_context():
        for number in range(10, 18):
            town.app.extensions["services"].detector.detect(f"a@corp-{number}.example")
    assert town.nylas.detections == 13
