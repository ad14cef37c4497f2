"""The sign-in journey: from an e-mail address to a Nylas grant."""
