"""Everything that can go wrong, in words for the person who sees it.

problems/
├── model    what is said about a problem
├── nylas    from Nylas’s answers to problems
├── nylas_rows  the table for that, to edit after the first live test
├── evidence what the text of a refusal speaks of; its patterns are in data/phrases.txt
├── mail_server, service  what a mail server refuses, and what Nylas does
├── oauth    what goes wrong at a provider's own sign-in page
├── oauth_codes  from the answers of those pages to problems; the table is data/oauth_codes.csv
├── mailbox  the grant is another mailbox's than the one asked for
├── limits   what people read when they have to wait
├── apps     problems with an app's request or a signed link
└── pages    what goes wrong around a sign-in
"""

from latchkey.infra.codec import write_by_name
from latchkey.problems import apps, limits, mailbox, nylas, oauth, pages
from latchkey.problems.model import Problem

_ALL = (*nylas.ALL, *oauth.ALL, *mailbox.ALL, *apps.ALL, *limits.ALL, pages.NOT_OFFERED)
# Every way a sign-in itself can fail, by its kind.
PROBLEMS = {problem.kind: problem for problem in _ALL}
write_by_name(Problem, name=lambda problem: problem.kind, find=PROBLEMS.__getitem__)

__all__ = ["PROBLEMS", "Problem"]
