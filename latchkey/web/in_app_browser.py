"""In-app browsers: Google refuses OAuth there, so the page says so before users leave.

Google answers ``disallowed_useragent`` since September 2021 (Google developers' blog, "Upcoming
security changes to Google's OAuth 2.0 authorization endpoint in embedded webviews").
"""

import re

from latchkey.infra.i18n import N_
from latchkey.providers.model import Provider

# Product tokens that the apps put into the user agent.
_APPS = {
    "Instagram": r"Instagram",
    "Facebook": r"FBAN|FBAV|FB_IAB",
    "LinkedIn": r"LinkedInApp",
    "TikTok": r"musical_ly|BytedanceWebview|TikTok|trill_",
    "LINE": r"\bLine/",
    "WeChat": r"MicroMessenger",
    "Snapchat": r"Snapchat",
    "Pinterest": r"\[Pinterest/|Pinterest for",
    "X": r"Twitter for|TwitterAndroid",
    "Threads": r"\bBarcelona ",
    "KakaoTalk": r"KAKAOTALK",
    "NAVER": r"\bNAVER\(",
    "Outlook": r"\bOutlook-(?:iOS|Android)/",
    "Telegram": r"\bTelegram-(?:Android|iOS)/",
    "QQ": r"\bQQ/",
}
_ANDROID_WEBVIEW = re.compile(r"Android.*; wv\)")
_IOS_WEBVIEW = re.compile(r"\((?:iPhone|iPad|iPod)(?!.*\b(?:Safari|GSA)/).*AppleWebKit/")
_SOME_APP = N_("this app")


def hindering_app(provider: Provider, user_agent: str) -> str:
    """Return the name of the app whose browser the provider refuses, "" where it signs in."""
    refuses = provider.oauth is not None and provider.oauth.refuses_in_app_browsers
    return in_app_browser(user_agent) if refuses else ""


def in_app_browser(user_agent: str) -> str:
    """Return the name of the app whose built-in browser this is, "" for a browser of its own.

    An app that cannot be named is "this app", to be translated.
    """
    for name, pattern in _APPS.items():
        if re.search(pattern, user_agent):
            return name
    embedded = _ANDROID_WEBVIEW.search(user_agent) or _IOS_WEBVIEW.search(user_agent)
    return _SOME_APP if embedded else ""
