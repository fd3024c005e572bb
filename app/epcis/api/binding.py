"""What all addresses of the EPCIS binding share: versions, formats, page tokens, exceptions."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

from flask import Response, jsonify, make_response, request
from flask_smorest import Blueprint
from itsdangerous import BadData, URLSafeTimedSerializer

from app.epcis.errors import FormatNotOffered, PageTokenSpent
from app.epcis.rules.addresses import Addresses
from app.epcis.rules.answers import SIMPLE, VERSION, answer_of
from app.epcis.rules.contexts import context_of, linked
from app.epcis.rules.export import PREFIX
from app.epcis.service.capturing import CAPTURE_LIMIT, FILE_LIMIT
from app.kernel import clock
from app.web.sealing import secret
from app.web.settings import current_settings

LIFETIME = timedelta(hours=1)
AS_SENT = "Never_Translates"
LD_JSON = "application/ld+json"
MACHINE_WORDS = {
    400: "ValidationException",
    401: "SecurityException",
    403: "SecurityException",
    404: "NoSuchNameException",
    406: "ImplementationException",
    409: "DuplicateNameException",
    413: "CaptureLimitExceededException",
    414: "URITooLongException",
    415: "ImplementationException",
    422: "ValidationException",
    429: "QueryTooComplexException",
    500: "ImplementationException",
    501: "ImplementationException",
    503: "ImplementationException",
}
BY_CODE = {
    "epcis-query-parameter": "QueryParameterException",
    "epcis-page-token": "QueryParameterException",
    "epcis-query-too-large": "QueryTooLargeException",
    "epcis-schedule": "SubscriptionControlsException",
    "epcis-destination": "InvalidURIException",
    "epcis-subscribe-not-permitted": "SubscribeNotPermittedException",
}
TITLES = {
    "ValidationException": "EPCIS validation failed",
    "SecurityException": "Not permitted",
    "NoSuchNameException": "Resource not found",
    "ImplementationException": "Not possible on this server",
    "DuplicateNameException": "Name taken",
    "CaptureLimitExceededException": "Capture payload too large",
    "URITooLongException": "URI too long",
    "QueryTooComplexException": "Query too complex",
    "QueryParameterException": "Query parameter wrong",
    "QueryTooLargeException": "Query result too large",
    "SubscriptionControlsException": "Subscription controls wrong",
    "InvalidURIException": "Destination not allowed",
    "SubscribeNotPermittedException": "Query cannot be subscribed to",
}
blueprint = Blueprint(
    "epcis_api", __name__, url_prefix="/epcis/v2", description="EPCIS 2.0: capture and query"
)


def keeps_names() -> bool:
    """Say whether things are to be named as they were sent, not by Digital Links."""
    return request.headers.get("GS1-EPC-Format") == AS_SENT


def addresses() -> Addresses:
    """Return the private URIs of this installation."""
    return Addresses(current_settings().epc_base)


@blueprint.before_request
def refuse_other_formats() -> None:
    """Answer 406 where another version, or EPCs as URNs, are asked for."""
    given = request.headers
    if given.get("GS1-EPC-Format") == "Always_EPC_URN":
        raise FormatNotOffered("GS1-EPC-Format", header="GS1-EPC-Format")
    for header in ("GS1-EPCIS-Version", "GS1-CBV-Version"):
        if given.get(header, VERSION) not in {VERSION, "2.0.0", "2.0.1"}:
            raise FormatNotOffered(header, header=header)
    wanted = request.accept_mimetypes
    if wanted and not wanted.best_match(["application/json", LD_JSON]):
        raise FormatNotOffered("Accept", header="Accept")


@blueprint.after_request
def speak_epcis(response: Response) -> Response:
    """Say the versions, discover on OPTIONS, and give problems EPCIS's own types."""
    headers = response.headers
    headers["GS1-EPCIS-Version"] = headers["GS1-CBV-Version"] = VERSION
    headers["GS1-EPC-Format"] = AS_SENT if keeps_names() else "Always_GS1_Digital_Link"
    headers["GS1-Extensions"] = f"{PREFIX}={addresses().extensions}"
    if request.method == "OPTIONS":
        _discover(response)
    if response.mimetype == "application/problem+json":
        _as_exception(response)
    elif response.mimetype == "application/json" and _wants_linked():
        headers["Content-Type"] = LD_JSON
    return response


def _discover(response: Response) -> None:
    response.status_code = 204
    for header in ("GS1-EPCIS-Min", "GS1-EPCIS-Max", "GS1-CBV-Min", "GS1-CBV-Max"):
        response.headers[header] = VERSION
    response.headers["GS1-Vendor-Version"] = "tongcang"
    if request.path.endswith("/capture"):
        response.headers["GS1-EPCIS-Capture-Limit"] = str(CAPTURE_LIMIT)
        response.headers["GS1-EPCIS-Capture-File-Size-Limit"] = str(FILE_LIMIT)
        response.headers["GS1-Capture-Error-Behaviour"] = "rollback"


def _wants_linked() -> bool:
    accepted = request.accept_mimetypes
    return accepted.quality(LD_JSON) > accepted.quality("application/json")


def _as_exception(response: Response) -> None:
    problem = json.loads(response.get_data())
    word = BY_CODE.get(problem["code"]) or MACHINE_WORDS.get(response.status_code, "")
    word = word or "ImplementationException"
    problem |= {"type": f"epcisException:{word}", "title": TITLES[word]}
    response.set_data(json.dumps(problem))


def document(events: Sequence[Mapping[str, Any]], name: str = SIMPLE) -> Response:
    """Return events as the answer to a query."""
    shown = events if keeps_names() else [linked(event) for event in events]
    prefixes = {PREFIX: addresses().extensions}
    return jsonify(answer_of(shown, prefixes, {"queryName": name}, now=clock.now()))


def item_list(kind: str, values: Sequence[str]) -> Response:
    """Return values of one kind, each of which leads to its events."""
    name = f"{kind[0].upper()}{kind[1:]}ItemList" if kind != "epc" else "EPCItemList"
    context = context_of({PREFIX: addresses().extensions})
    return jsonify({"@context": context, "type": name, kind: values})


def turn_page(response: Response, token: Any, per_page: int) -> Response:
    """Add the link to the next page, if there is one."""
    if token is None:
        return response
    text = _tokens().dumps([request.path, token])
    given = {
        name: value
        for name, value in request.args.items()
        if name not in {"nextPageToken", "perPage"}
    }
    query = urlencode({**given, "perPage": per_page, "nextPageToken": text})
    response.headers["Link"] = f'<{request.base_url}?{query}>; rel="next"'
    expires = clock.now() + LIFETIME
    response.headers["GS1-Next-Page-Token-Expires"] = expires.isoformat(timespec="seconds")
    return response


def page_from(text: str) -> Any:
    """Return what the token of a page says, or None without one.

    Raises:
        PageTokenSpent: it is not ours, of another address, or has expired.
    """
    if not text:
        return None
    try:
        path, token = _tokens().loads(text, max_age=int(LIFETIME.total_seconds()))
    except (BadData, ValueError, TypeError) as error:
        raise PageTokenSpent("token") from error
    if path != request.path:
        raise PageTokenSpent("token")
    return token


def _tokens() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret(), salt="epcis-page")


def created(path: str, name: str, response: Response, status: int) -> Response:
    """Return an answer that says where below ``path`` the new thing is."""
    made = make_response(response, status)
    here = f"{request.host_url.rstrip('/')}{blueprint.url_prefix}"
    made.headers["Location"] = f"{here}/{path}/{quote(name, safe='')}"
    return made
