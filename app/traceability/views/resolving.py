"""The resolver of GS1 Digital Links: ``/01/{gtin}/10/{lot}/21/{serial}`` (GS1 网址码解析).

Source: GS1-Conformant Resolver standard 1.2; linksets as RFC 9264 writes them.
"""

from collections.abc import Callable
from urllib.parse import parse_qs

from flask import Blueprint, Response, abort, jsonify, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.kernel import clock, rates
from app.kernel.local_time import local_day
from app.traceability.errors import MalformedCode
from app.traceability.rules import CodeKind, Elements, Scan, contents, serial_key
from app.traceability.rules.digital_link import read_link
from app.traceability.service.assuring import verify
from app.traceability.views.rates import LOOKS
from app.web.guard import public
from app.web.unit_of_work import transaction

blueprint = Blueprint("resolver", __name__)
VOCABULARY = "https://ref.gs1.org/voc/"
PREFIX = "gs1:"
LINKSET = "application/linkset+json"
CONTEXT = "https://ref.gs1.org/standards/resolver/linkset-context"
DEFAULT, ALL = "defaultLink", frozenset({"all", "linkset"})
KEY = "01"


@blueprint.after_request
def let_any_page_ask(response: Response) -> Response:
    """Let scripts of other sites read the answers (CORS)."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
    response.headers["Access-Control-Allow-Headers"] = "Accept, Accept-Language"
    response.headers["Access-Control-Expose-Headers"] = "Link, Location"
    response.headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin")
    return response


@blueprint.get("/.well-known/gs1resolver")
@public
def describe() -> Response:
    """Say which keys and links this resolver knows."""
    root = request.url_root.rstrip("/")
    return jsonify(
        {
            "name": gettext("Tongcang"),
            "resolverRoot": root,
            "supportedPrimaryKeys": [KEY],
            "supportedLinkType": [{"namespace": VOCABULARY, "prefix": PREFIX}],
            "linkTypeDefaultCanBeLinkset": False,
        }
    )


@blueprint.get(f"/{KEY}/<path:rest>")
@public
def resolve(rest: str) -> ResponseReturnValue:  # noqa: ARG001 - read as it was sent, undecoded
    """Lead from a GS1 Digital Link to a page, or list all there are."""
    elements = _elements()
    now = clock.now()
    scan = Scan(CodeKind.DIGITAL_LINK, serial_key(elements) or "", elements)
    with transaction() as session:
        rates.ask(session, LOOKS, request.remote_addr or "", now=now)
        if verify(session, scan, on=local_day(now)) is None:
            abort(404)
    links = _links(elements)
    wanted = request.args.get("linkType", DEFAULT)
    if wanted in ALL or (wanted == DEFAULT and _asks_for_linkset()):
        return _linkset(elements, links)
    target = links.get(_local_name(wanted))
    if target is None:
        abort(404)
    return _with_links(make_response(redirect(_carrying_on(target()), 307)))


def _elements() -> Elements:
    """Return what the address says, as it was sent; 400 where it breaks the syntax."""
    raw = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or request.full_path
    try:
        return read_link(request.host_url.rstrip("/") + str(raw).rstrip("?"))
    except MalformedCode:
        abort(400)


Target = Callable[[], str]


def _links(elements: Elements) -> dict[str, Target]:
    """Return every kind of link there is of a thing, by its name in the GS1 vocabulary."""
    named = {ai: elements[ai] for ai in (KEY, "10", "21") if ai in elements}
    code = serial_key(named) or "".join(f"({ai}){value}" for ai, value in named.items())

    def page() -> str:
        return url_for("traceability.show_code", code=code, _external=True)

    def life() -> str:
        return url_for("traceability_api.show_unit", code=code, _external=True)

    links = dict.fromkeys((DEFAULT, "pip", "verificationService"), page)
    if "10" in named or "21" in named:
        links["recallStatus"] = page
    return links | ({"traceability": life} if "21" in named else {})


def _local_name(wanted: str) -> str:
    return wanted.removeprefix(VOCABULARY).removeprefix(PREFIX)


def _asks_for_linkset() -> bool:
    kinds = request.accept_mimetypes
    return kinds[LINKSET] > kinds["text/html"]


def _carrying_on(target: str) -> str:
    """Return a target with the query of the request behind it: others may have put it there."""
    query = request.query_string.decode()
    return f"{target}?{query}" if parse_qs(query, keep_blank_values=True) else target


def _linkset(elements: Elements, links: dict[str, Target]) -> Response:
    """Return all links of a thing (RFC 9264), with the canonical address as their anchor."""
    root = request.url_root.rstrip("/")
    shown = {
        f"{VOCABULARY}{name}": [
            {
                "href": target(),
                "title": gettext("Life line") if name == "traceability" else gettext("This pack"),
                "type": "application/json" if name == "traceability" else "text/html",
                "hreflang": ["zh-CN"],
            }
        ]
        for name, target in links.items()
    }
    response = jsonify({"linkset": [{"anchor": contents.digital_link(root, elements), **shown}]})
    response.mimetype = LINKSET
    response.headers["Link"] = (
        f'<{CONTEXT}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
    )
    response.vary.add("Accept")
    return response


def _with_links(response: Response) -> Response:
    """Say in a header where all links of a thing are listed."""
    response.headers["Link"] = (
        f'<{request.base_url}?linkType=linkset>; rel="linkset"; type="{LINKSET}"'
    )
    response.vary.add("Accept")
    return response
