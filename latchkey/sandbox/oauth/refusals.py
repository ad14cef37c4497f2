"""How the token endpoint refuses, in each provider's own shape."""

from flask import Response, jsonify, request


class Refused(Exception):
    """A refusal of the token endpoint (RFC 6749, 5.2); ``number`` is Microsoft's."""

    def __init__(self, error: str, text: str, *, number: int, status: int = 400) -> None:
        super().__init__(text)
        self.error = error
        self.text = text
        self.number = number
        self.status = status


def answer_refusal(refused: Refused) -> Response:
    """Return the refusal in the provider's own shape."""
    provider = (request.view_args or {})["provider"]
    content: dict[str, object] = {"error": refused.error, "error_description": refused.text}
    if provider == "microsoft":
        content["error_description"] = f"AADSTS{refused.number}: {refused.text}"
        content["error_codes"] = [refused.number]
    elif provider == "zoom":
        content = {"reason": refused.text, "error": refused.error}
    answer = jsonify(content)
    answer.status_code = refused.status
    if refused.status == 401:
        answer.headers["WWW-Authenticate"] = "Basic"
    return answer
