import base64

from app import create_app
from latchkey.web.flow import IDLE_SECONDS, MAX_SIGN_INS, TOTAL_SECONDS
from tests.conftest import SECRET, Clock, make_settings
from tests.pages import Page, Visitor

START = "Connect your mailbox"
CREDENTIALS = "Sign in to example.com"
DONE = "Your mailbox is connected"


def sign_ins(visitor: Visitor) -> dict[str, str]:
    """The cookies of the sign-ins of this browser."""
    return {name: text for name, text in visitor.cookies().items() if "signin-" in name}


def again(page: Page) -> str:
    """The address of ``page`` as this browser would ask for it anew."""
    return page.url.raw_path.decode()


def test_no_cookie_holds_a_readable_address(visitor: Visitor) -> None:
    page = visitor.sign_in("someone+tag@example.com", "wrong", username="login-name")
    assert page.status == 422
    assert visitor.cookies()
    for cookie in visitor.cookies().values():
        for place in range(4):
            raw = cookie[place:].encode()
            texts = raw + base64.urlsafe_b64decode(raw[: len(raw) // 4 * 4])
            for word in (b"someone", b"tag@", b"example", b"login-name", b"wrong", b"imap"):
                assert word not in texts


def test_no_password_is_in_a_cookie_even_when_opened(visitor: Visitor) -> None:
    app = create_app(make_settings())
    visitor = Visitor.inside(app)
    visitor.sign_in("wrong-password@example.com", "the-pass-word", smtp_password="the-other-word")
    opened = [app.extensions["flow"].open(text, max_age=60) for text in sign_ins(visitor).values()]
    assert len(opened) == 1
    assert "word" not in repr(
        [sign_in | {"email": "", "display_address": "", "last_problem": ""} for sign_in in opened]
    )


def test_a_page_may_wait_for_half_an_hour(visitor: Visitor, wait: Clock) -> None:
    page = visitor.enter("someone@example.com")
    wait(IDLE_SECONDS - 1)
    assert visitor.submit(page, password="secret").heading == DONE


def test_after_half_an_hour_the_first_page_comes_back_with_the_address(
    visitor: Visitor, wait: Clock
) -> None:
    page = visitor.enter("someone@example.com")
    wait(IDLE_SECONDS + 1)
    over = visitor.submit(page, password="secret")
    assert (over.status, over.heading) == (400, START)
    assert over.fields()["email"] == "someone@example.com"
    assert "open for a while" in over.text
    # And from there it works.
    assert visitor.submit(over).heading == CREDENTIALS


def test_looking_at_a_page_starts_the_half_hour_anew(visitor: Visitor, wait: Clock) -> None:
    page = visitor.enter("someone@example.com")
    for _ in range(3):
        wait(IDLE_SECONDS - 1)
        assert visitor.get(again(page)).heading == CREDENTIALS


def test_after_two_hours_it_is_over_whatever_is_done(visitor: Visitor, wait: Clock) -> None:
    page = visitor.enter("someone@example.com")
    for _ in range(TOTAL_SECONDS // 1200):
        wait(1200)
        assert visitor.get(again(page)).heading == CREDENTIALS
    wait(1)
    assert visitor.get(again(page)).heading == START


def test_an_old_link_leads_to_the_first_page(visitor: Visitor) -> None:
    for url in ("/connect/imap?s=gone", "/providers", "/connected?s=", "/oauth/google", "/?s=gone"):
        page = visitor.get(url)
        assert (page.status, page.heading) == (200, START)


def test_two_tabs_do_not_mix(visitor: Visitor) -> None:
    first = visitor.enter("first@example.com")
    second = visitor.enter("second@example.org")
    assert "first@example.com" in visitor.get(again(first)).text
    done = visitor.submit(first, password="secret")
    assert "first@example.com" in done.text
    assert "second@example.org" not in done.text
    assert "second@example.org" in visitor.submit(second, password="secret").text
    assert "first@example.com" in visitor.get(again(done)).text


def test_a_browser_keeps_the_latest_sign_ins(visitor: Visitor, wait: Clock) -> None:
    pages = []
    for number in range(MAX_SIGN_INS + 2):
        pages.append(visitor.enter(f"number{number}@example.com"))
        wait(1)
    assert len(sign_ins(visitor)) == MAX_SIGN_INS
    headings = [visitor.get(again(page)).heading for page in pages]
    assert headings == [START] * 2 + [CREDENTIALS] * MAX_SIGN_INS


def test_sign_ins_that_are_over_leave_the_browser(visitor: Visitor, wait: Clock) -> None:
    for number in range(12):
        visitor.enter(f"number{number}@example.com")
        wait(IDLE_SECONDS + 1)
    visitor.enter("last@example.com")
    assert len(sign_ins(visitor)) == 1


def test_changing_the_secret_key_interrupts_nobody() -> None:
    new = SECRET[::-1]
    before = Visitor.inside(create_app(make_settings()))
    page = before.enter("someone@example.com")
    after = Visitor.inside(create_app(make_settings(SECRET_KEY=new, SECRET_KEY_FALLBACKS=SECRET)))
    after.client.cookies = before.client.cookies
    assert after.submit(page, password="secret").heading == DONE
    # And back, as while the instances are restarted one by one, each with the other's key known.
    page = after.enter("second@example.com")
    back = Visitor.inside(create_app(make_settings(SECRET_KEY=SECRET, SECRET_KEY_FALLBACKS=new)))
    back.client.cookies = after.client.cookies
    assert back.get(again(page)).heading == CREDENTIALS
