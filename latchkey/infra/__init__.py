"""What any web program needs, with nothing of Nylas or mail in it: HTTP, store, logs, sealing."""
