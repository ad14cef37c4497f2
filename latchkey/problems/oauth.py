"""What goes wrong at a provider's own sign-in page, in words for the person who signs in."""

from latchkey.infra.i18n import N_
from latchkey.problems.model import Problem, operator_problem

SIGN_IN_AGAIN = Problem(
    kind="sign_in_again",
    title=N_("Please sign in once more"),
    text=N_("%(mailbox)s ended this sign-in before it was complete. Nothing was connected."),
    place="page",
    status=422,
    fault="person",
)
CANCELLED = Problem(
    kind="cancelled",
    title=N_("You cancelled the sign-in"),
    text=N_("Nothing was connected. You can start again whenever you like."),
    place="page",
    status=200,
    fault="person",
    support=False,
)
ADMIN_NEEDED = Problem(
    kind="admin_needed",
    title=N_("Your administrator has to approve this first"),
    text=N_(
        "Your organisation only lets people use apps that an administrator has approved. "
        "Here is a message you can send. Once it’s approved, come back and sign in again."
    ),
    place="page",
    status=403,
    fault="administrator",
    admin_message=True,
)
CONDITIONAL_ACCESS = Problem(
    kind="conditional_access",
    title=N_("Your organisation doesn’t allow this sign-in"),
    text=N_(
        "Its rules stop sign-ins from this place, network or device. Your IT department can tell "
        "you which device to use, or change the rule."
    ),
    place="page",
    status=403,
    fault="administrator",
)
DEVICE_RULES = Problem(
    kind="device_rules",
    title=N_("Your organisation wants a device that it manages"),
    text=N_(
        "Please open this page on a computer or phone of your organisation and sign in there. Your "
        "IT department can tell you which devices count."
    ),
    place="page",
    status=403,
    fault="administrator",
)
NOT_ASSIGNED = Problem(
    kind="not_assigned",
    title=N_("You aren’t on the list of this app yet"),
    text=N_(
        "Your organisation has allowed %(company)s, but only for the people it names. Please ask "
        "your administrator to add you, then come back and sign in again."
    ),
    place="page",
    status=403,
    fault="administrator",
)
ORGANISATION_SIGN_IN = Problem(
    kind="organisation_sign_in",
    title=N_("Your organisation’s sign-in didn’t work"),
    text=N_(
        "%(mailbox)s sent you on to the sign-in of your organisation, and that one has a problem. "
        "Nothing was connected. Please try again later, or ask your IT department."
    ),
    place="page",
    status=503,
    fault="administrator",
)
SECOND_FACTOR = Problem(
    kind="second_factor",
    title=N_("Please sign in once more, with your second step"),
    text=N_(
        "%(mailbox)s wants you to confirm the sign-in as well, with a code, an app or a key. If it "
        "asks you to set that up, please do, then come back. Nothing was connected yet."
    ),
    place="page",
    status=422,
    fault="person",
)
ACCOUNT_KIND = Problem(
    kind="account_kind",
    title=N_("This kind of account can’t be used here"),
    text=N_(
        "%(company)s accepts only one kind of account here: either work and school accounts, or "
        "personal ones. You signed in with the other kind. Please sign in again with another "
        "account."
    ),
    place="page",
    status=403,
    fault="person",
)
STRICT_PROTECTION = Problem(
    kind="strict_protection",
    title=N_("The extra protection of your account stops this"),
    text=N_(
        "%(mailbox)s guards your account more strictly than others and lets only few apps in. "
        "Please use a different mailbox, or ask %(company)s."
    ),
    place="page",
    status=403,
    fault="person",
)
EMBEDDED_BROWSER = Problem(
    kind="embedded_browser",
    title=N_("Please open this page in your browser"),
    text=N_(
        "%(mailbox)s doesn’t let you sign in inside another app. Please copy the address of this "
        "page into Safari, Chrome or Firefox, and sign in there."
    ),
    place="page",
    status=403,
    fault="person",
)
NOT_IN_TENANT = Problem(
    kind="not_in_tenant",
    title=N_("This account belongs elsewhere"),
    text=N_(
        "The account you signed in with isn’t part of the organisation that %(company)s works "
        "with. Please sign in again with another account."
    ),
    place="page",
    status=403,
    fault="person",
)
LINK_OVER = Problem(
    kind="link_over",
    title=N_("This sign-in is over"),
    text=N_(
        "It took too long, was used before, or didn’t begin in this browser. Nothing was "
        "connected. Please sign in once more."
    ),
    place="page",
    status=400,
    fault="person",
)
EXPIRED = Problem(
    kind="expired",
    title=N_("The sign-in took too long"),
    text=N_("Nothing was connected. Please sign in at %(mailbox)s once more."),
    place="page",
    status=422,
    fault="person",
)
NO_REFRESH_TOKEN = Problem(
    kind="no_refresh_token",
    title=N_("One more time, please"),
    text=N_(
        "%(mailbox)s didn’t give lasting access, because it had asked you before. Please sign in "
        "again and allow it once more."
    ),
    place="page",
    status=422,
    fault="person",
)
OTHER_ACCOUNT = Problem(
    kind="other_account",
    title=N_("That was another account"),
    text=N_("You typed %(typed)s, but signed in as %(account)s. Which one do you want to connect?"),
    place="page",
    status=422,
    fault="person",
    use_account=True,
)
PROVIDER_DOWN = Problem(
    kind="provider_down",
    title=N_("%(mailbox)s isn’t answering"),
    text=N_("It’s not because of you. Nothing was connected: please try again in a few minutes."),
    place="page",
    status=503,
    fault="provider",
)
CLIENT_REFUSED = operator_problem("client_refused")
NO_OFFLINE_ACCESS = operator_problem("no_offline_access")

ALL = (
    SIGN_IN_AGAIN, CANCELLED, ADMIN_NEEDED, CONDITIONAL_ACCESS, DEVICE_RULES, NOT_ASSIGNED,
    ORGANISATION_SIGN_IN, SECOND_FACTOR, ACCOUNT_KIND, STRICT_PROTECTION, EMBEDDED_BROWSER,
    NOT_IN_TENANT, LINK_OVER, EXPIRED, NO_REFRESH_TOKEN, OTHER_ACCOUNT, PROVIDER_DOWN,
    CLIENT_REFUSED, NO_OFFLINE_ACCESS,
)  # fmt: skip
