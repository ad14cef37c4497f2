"""The yardstick: a sign-in page as it is written in an afternoon."""
