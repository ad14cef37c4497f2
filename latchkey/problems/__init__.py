"""Everything that can go wrong, in words for the person who sees it.

problems/
├── model    what is said about a problem
├── nylas    from Nylas’s answers to problems: the table to edit after the first live test
├── evidence what the text of a refusal speaks of; its patterns are in data/phrases.txt
├── mail_server, service  what a mail server refuses, and what Nylas does
├── oauth    from the answers of providers' own sign-in pages to problems
├── limits   what people read when they have to wait
├── apps     what goes wrong on the way from an app to this page
└── pages    what goes wrong around a sign-in
"""

from latchkey.problems import apps, limits, nylas, oauth
from latchkey.problems.model import Problem

# Every way a sign-in itself can fail, by its kind.
PROBLEMS = {problem.kind: problem for problem in (*nylas.ALL, *oauth.ALL, *apps.ALL, *limits.ALL)}

__all__ = ["PROBLEMS", "Problem"]
