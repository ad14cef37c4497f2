import pytest

from app import create_app
from latchkey.web.in_app_browser import in_app_browser
from tests.calling import CallingApp
from tests.conftest import make_settings
from tests.pages import Visitor

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15"
ANDROID = "Mozilla/5.0 (Linux; Android 15; Pixel 9{}) AppleWebKit/537.36 (KHTML, like Gecko)"
WEBVIEW = ANDROID.format(" Build/AP4A; wv") + " Version/4.0 Chrome/140.0.0.0 Mobile Safari/537.36"


@pytest.mark.parametrize(
    ("user_agent", "app"),
    [
        (f"{IPHONE} (KHTML, like Gecko) Mobile/15E148 Instagram 390.0.0.28.80", "Instagram"),
        (f"{IPHONE} (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/520.0]", "Facebook"),
        (f"{WEBVIEW} [FB_IAB/FB4A;FBAV/520.0.0.0;]", "Facebook"),
        (f"{IPHONE} (KHTML, like Gecko) Mobile/15E148 [LinkedInApp]/9.31", "LinkedIn"),
        (f"{WEBVIEW} musical_ly_2024 BytedanceWebview/d8a21c6", "TikTok"),
        (f"{IPHONE} (KHTML, like Gecko) Mobile/15E148 Safari Line/15.10.0", "LINE"),
        (f"{WEBVIEW} MicroMessenger/8.0.50", "WeChat"),
        (f"{IPHONE} (KHTML, like Gecko) Mobile/15E148 Snapchat/13.4.0.40", "Snapchat"),
        (f"{IPHONE} (KHTML, like Gecko) Mobile/15E148 [Pinterest/iOS]", "Pinterest"),
        (f"{IPHONE} (KHTML, like Gecko) Mobile/15E148 Twitter for iPhone/11.20", "X"),
        (f"{WEBVIEW} TwitterAndroid", "X"),
        (f"{IPHONE} (KHTML, like Gecko) Mobile/15E148 Barcelona 390.0.0.28", "Threads"),
        (f"{WEBVIEW} KAKAOTALK/25.5.0", "KakaoTalk"),
        (f"{IPHONE} (KHTML, like Gecko) Mobile/15E148 NAVER(inapp; search; 2000)", "NAVER"),
        (f"{IPHONE} (KHTML, like Gecko) Mobile/15E148 Outlook-iOS/709.2226530", "Outlook"),
        (f"{WEBVIEW} Telegram-Android/11.4.2", "Telegram"),
        (f"{WEBVIEW} MQQBrowser/6.2 TBS/046 QQ/9.0.60", "QQ"),
        (WEBVIEW, "this app"),
        (f"{IPHONE} (KHTML, like Gecko) Mobile/15E148", "this app"),
        (f"{IPHONE} (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1", ""),
        (f"{IPHONE} (KHTML, like Gecko) CriOS/140.0.0.0 Mobile/15E148 Safari/604.1", ""),
        (f"{IPHONE} (KHTML, like Gecko) GSA/380.0.1 Mobile/15E148 Safari/604.1", ""),
        (ANDROID.format("") + " Chrome/140.0.0.0 Mobile Safari/537.36", ""),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", ""),
        ("curl/8.5.0", ""),
        ("", ""),
    ],
)
def test_apps_with_a_browser_of_their_own_are_recognised(user_agent: str, app: str) -> None:
    assert in_app_browser(user_agent) == app


def test_in_an_app_people_are_told_before_they_leave_for_google(visitor: Visitor) -> None:
    visitor.client.headers["User-Agent"] = WEBVIEW + " MicroMessenger/8.0.50"
    page = visitor.enter("someone@gmail.com")
    assert "Google doesn’t allow signing in inside WeChat" in page.text
    (link,) = [box.get("value") for box in page.tree.iter("input") if box.get("id") == "link"]
    assert link == "http://localhost/?login_hint=someone@gmail.com"


def test_the_link_to_copy_goes_on_for_the_same_app() -> None:
    app = CallingApp(create_app(make_settings()))
    visitor = Visitor.inside(app.page)
    visitor.client.headers["User-Agent"] = WEBVIEW
    asked = {"provider": "google", "state": "a b", "login_hint": "a@gmail.com"}
    _, page = app.send(visitor, **asked)
    (link,) = [box.get("value") for box in page.tree.iter("input") if box.get("id") == "link"]
    assert str(link).startswith("http://localhost/v3/connect/auth?")
    elsewhere = Visitor.inside(app.page).get(str(link).removeprefix("http://localhost"))
    assert elsewhere.heading == "Continue with Google"
    assert "inside" not in elsewhere.text
    assert "a@gmail.com" in elsewhere.text
    assert "Cancel and go back to Latchkey" in elsewhere.links


def test_elsewhere_nothing_is_said(visitor: Visitor) -> None:
    page = visitor.enter("someone@gmail.com")
    assert "inside" not in page.text


def test_a_way_with_a_password_stays_open_in_an_app(visitor: Visitor) -> None:
    visitor.client.headers["User-Agent"] = WEBVIEW
    page = visitor.enter("someone@example.com")
    assert "inside this app" not in page.text
    assert visitor.submit(page, password="secret").heading == "Your mailbox is connected"
