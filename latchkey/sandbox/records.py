"""The calls that only read or delete what the application has: connectors, itself, grants."""

from flask import Blueprint, Response, g, jsonify, request

from latchkey.sandbox.answers import data_answer, not_found, page_answer
from latchkey.sandbox.catalogue import describe_application
from latchkey.sandbox.state import current_sandbox

bp = Blueprint("records", __name__)


@bp.get("/connectors")
def list_connectors() -> Response:
    """Answer GET /v3/connectors."""
    return page_answer([each.as_json() for each in current_sandbox().connectors.values()])


@bp.get("/connectors/<provider>")
def show_connector(provider: str) -> Response:
    """Answer GET /v3/connectors/<provider>; raises ApiError when the application has none."""
    connector = current_sandbox().connectors.get(provider)
    if connector is None:
        raise not_found("No connector for this provider")
    return data_answer(connector.as_json())


@bp.get("/applications")
def show_application() -> Response:
    """Answer GET /v3/applications."""
    return data_answer(describe_application(current_sandbox().callback_uris))


@bp.get("/grants")
def list_grants() -> Response:
    """Answer GET /v3/grants, filtered by email (in any case) and provider."""
    email = request.args.get("email")
    provider = request.args.get("provider")
    return page_answer(
        [
            grant.as_json()
            for grant in current_sandbox().grants.all()
            if (email is None or (grant.email or "").casefold() == email.casefold())
            and (provider is None or grant.provider == provider)
        ]
    )


@bp.get("/grants/<grant_id>")
def show_grant(grant_id: str) -> Response:
    """Answer GET /v3/grants/<id>; raises ApiError when there is no such grant."""
    grant = current_sandbox().grants.find(grant_id)
    if grant is None:
        raise not_found("No such grant")
    return data_answer(grant.as_json())


@bp.delete("/grants/<grant_id>")
def delete_grant(grant_id: str) -> Response:
    """Answer DELETE /v3/grants/<id>; raises ApiError when there is no such grant."""
    if not current_sandbox().grants.delete(grant_id):
        raise not_found("No such grant")
    return jsonify(request_id=g.request_id)
