"""Walks a whole sign-in as a person does, who knows of the pages only what stands in them."""

import html
import re
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bench.browser import Answer, Browser, Lost

_MOST_STEPS = 15
_PASSWORD = "correct horse battery staple"
_PROVIDER = "imap"

_FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.S)
_INPUT = re.compile(r"<input\b[^>]*>")
_ATTRIBUTE = re.compile(r"([a-z-]+)=\"([^\"]*)\"")
_HEADING = re.compile(r"<h1[^>]*>(.*?)</h1>", re.S)
_CHOICE = re.compile(r"<a\b[^>]*\bhref=\"([^\"]*/" + _PROVIDER + r"\b[^\"]*)\"")
_CONNECTED = re.compile(r"\bconnected\b", re.I)


@dataclass(frozen=True, kw_only=True)
class Form:
    """A form of a page, its inputs by name with what stands in them."""

    action: str
    values: dict[str, str]
    kinds: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One request and its answer: ``page`` is method and first part of the path."""

    page: str
    status: int
    seconds: float
    moment: float
    busy: bool = False


@dataclass(kw_only=True)
class Journey:
    """What one person lived through.

    :ivar ending: "connected", "busy" (asked to come again later), "error" (a page that is none
        of the sign-in's), "lost" (no answer); "" while it is under way.
    :ivar began: moment of the first request, by the monotonic clock, as is ``ended``.
    """

    began: float = 0.0
    ended: float = 0.0
    ending: str = ""
    detail: str = ""
    visits: list[Visit] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """From the first request to the last answer."""
        return self.ended - self.began

    @property
    def errors(self) -> int:
        """How many error pages were seen on the way, those that ask for patience left out."""
        return sum(visit.status >= 400 and not visit.busy for visit in self.visits)


@dataclass(kw_only=True)
class Person:
    """Somebody who wants to connect a mailbox."""

    browser: Browser
    email: str
    password: str = _PASSWORD
    journey: Journey = field(default_factory=Journey)

    _form: Form | None = None
    _path: str = "/"

    async def walk(self) -> Journey:
        """Walk from the first page to the confirmation, or to where it ends otherwise."""
        await self.go_to_password()
        return await self.sign_in()

    async def go_to_password(self) -> bool:
        """Walk to the form that asks for a password; False when it ended before that."""
        self.journey.began = time.monotonic()
        try:
            await self._go_on(await self._get("/"), until_password=True)
        except Lost as lost:
            self._end("lost", str(lost))
        return self._form is not None

    async def sign_in(self) -> Journey:
        """Send that form and walk on to the end."""
        if self._form:
            try:
                await self._go_on(await self._submit(self._form), until_password=False)
            except Lost as lost:
                self._end("lost", str(lost))
        self.browser.close()
        return self.journey

    async def confirm(self) -> bool:
        """Fetch the last page once more, as a reload does; True when it confirms the sign-in."""
        try:
            answer = await self._get(self._path)
        except Lost:
            return False
        return answer.status == 200 and bool(_CONNECTED.search(_heading(answer)))

    async def _go_on(self, answer: Answer, *, until_password: bool) -> None:
        """Take the next step from each page, until one has none."""
        asked = False
        for _ in range(_MOST_STEPS):
            if answer.status in (301, 302, 303, 307, 308):
                answer = await self._get(_path(answer.headers["location"]))
                continue
            if self._over(answer):
                return
            form = _find_form(answer.text)
            choice = _CHOICE.search(answer.text)
            if form and "password" in form.kinds.values():
                if until_password:
                    self._form = form
                    return
                break  # the form again: the sign-in was not taken
            if form and not asked:
                answer, asked = await self._submit(form), True
            elif choice:
                answer = await self._get(_path(html.unescape(choice[1])))
            else:
                break
        self._end("error", f"{answer.status} {_heading(answer)}")

    def _over(self, answer: Answer) -> bool:
        """Note the ending if this page is one."""
        heading = _heading(answer)
        if answer.status == 200 and _CONNECTED.search(heading):
            self._end("connected", heading)
        elif _asks_for_patience(answer):
            self._end("busy", heading)
        elif answer.status >= 400:
            self._end("error", f"{answer.status} {heading}")
        return bool(self.journey.ending)

    def _end(self, ending: str, detail: str) -> None:
        self.journey.ending, self.journey.detail = ending, detail
        self.journey.ended = time.monotonic()

    async def _get(self, path: str) -> Answer:
        self._path = path
        began = time.monotonic()
        answer = await self.browser.get(path)
        self._note("GET", path, answer, began)
        return answer

    async def _submit(self, form: Form) -> Answer:
        path = form.action or self._path
        began = time.monotonic()
        answer = await self.browser.post(path, self._fill(form))
        self._note("POST", path, answer, began)
        return answer

    def _note(self, method: str, path: str, answer: Answer, began: float) -> None:
        now = time.monotonic()
        visit = Visit(
            page=page_name(method, path), status=answer.status, seconds=now - began, moment=began,
            busy=_asks_for_patience(answer),
        )  # fmt: skip
        self.journey.visits.append(visit)

    def _fill(self, form: Form) -> dict[str, str]:
        """What a person types: the address, the password, and servers where none stand."""
        domain = self.email.rpartition("@")[2]
        typed = dict(form.values)
        for name, kind in form.kinds.items():
            if kind == "password" and name == "password":
                typed[name] = self.password
            elif name == "email":
                typed[name] = self.email
            elif name in ("imap_host", "smtp_host") and not typed[name]:
                typed[name] = f"{name[:4]}.{domain}"
        return typed


def page_name(method: str, path: str) -> str:
    """The name of a page in ``Visit.page``."""
    return f"{method} /{urlsplit(path).path.split('/')[1]}"


def _asks_for_patience(answer: Answer) -> bool:
    return answer.status in (429, 503) and "retry-after" in answer.headers


def _heading(answer: Answer) -> str:
    found = _HEADING.search(answer.text)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", found[1])).split()) if found else ""


def _path(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"


def _find_form(text: str) -> Form | None:
    """The form that asks for an address or a password."""
    for attributes, content in _FORM.findall(text):
        inputs = [dict(_ATTRIBUTE.findall(tag)) for tag in _INPUT.findall(content)]
        values = {
            box["name"]: html.unescape(box.get("value", "")) for box in inputs if "name" in box
        }
        kinds = {box["name"]: box.get("type", "text") for box in inputs if "name" in box}
        if "email" in values or "password" in kinds.values():
            action = html.unescape(dict(_ATTRIBUTE.findall(attributes)).get("action", ""))
            return Form(action=_path(action) if action else "", values=values, kinds=kinds)
    return None
