from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app.web.guard import SESSION_COOKIE, UNSAFE, is_machine_path
from app.web.redirects import local_target
from tests.clients import SignedInClient
from tests.conftest import ClientAs
from tests.factories.cast import PASSWORD


def sign_in(client: SignedInClient, username: str = "clinic", **form: str) -> TestResponse:
    fields = {"username": username, "password": PASSWORD, **form}
    return client.post("/login", data=fields)


def unsafe_page_rules(app: Flask) -> list[tuple[str, str]]:
    def path_of(rule: Rule) -> str:
        return app.url_map.bind("localhost").build(
            rule.endpoint, dict.fromkeys(rule.arguments, "1"), method=None
        )

    return [
        (method, path_of(rule))
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) & UNSAFE)
        if not is_machine_path(rule.rule)
    ]


def test_every_form_needs_its_token(app: Flask, client_as: ClientAs) -> None:
    client = client_as("admin")
    assert isinstance(client, SignedInClient)
    client.form_token = None

    answers = {
        path: client.open(path, method=method).status_code
        for method, path in unsafe_page_rules(app)
    }

    assert len(answers) >= 7
    assert {path for path, status in answers.items() if status != 400} == set()


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
def test_a_cookie_alone_writes_nothing_through_the_api(
    client_as: ClientAs, origin: str | None
) -> None:
    client = client_as("admin")
    assert isinstance(client, SignedInClient)
    client.token = None
    headers = {"Origin": origin} if origin else {}

    assert client.post("/api/v1/users", json={}, headers=headers).status_code == 403


def test_our_own_page_may_write_through_the_api(client_as: ClientAs) -> None:
    client = client_as("admin")
    assert isinstance(client, SignedInClient)
    client.token = None
    own = {"Sec-Fetch-Site": "same-origin"}

    assert client.post("/api/v1/users", json={}, headers=own).status_code == 422


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(
    app: Flask, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SESSION_COOKIE_SECURE", True)
    client = client_as(None)
    assert isinstance(client, SignedInClient)
    answer = sign_in(client)

    cookie = next(
        value for value in answer.headers.getlist("Set-Cookie") if value.startswith(SESSION_COOKIE)
    )
    for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert flag in cookie


def test_signing_in_again_ends_the_session_before(client_as: ClientAs) -> None:
    client = client_as("clinic")
    assert isinstance(client, SignedInClient)
    old = client.get_cookie(SESSION_COOKIE)
    assert old is not None

    sign_in(client)

    assert client.get("/items").status_code == 200
    client.set_cookie(SESSION_COOKIE, old.value)
    assert client.get("/items").status_code == 302


def test_signing_out_ends_the_session_on_the_server(client_as: ClientAs) -> None:
    client = client_as("clinic")
    cookie = client.get_cookie(SESSION_COOKIE)
    assert cookie is not None

    client.post("/logout")
    client.set_cookie(SESSION_COOKIE, cookie.value)

    assert client.get("/items").status_code == 302


def test_nobody_learns_which_user_names_exist(client_as: ClientAs) -> None:
    client = client_as(None)
    unknown = client.post("/api/v1/tokens", json={"username": "nobody", "password": "wrong one"})
    wrong = client.post("/api/v1/tokens", json={"username": "clinic", "password": "wrong one"})

    assert unknown.status_code == wrong.status_code == 401
    assert unknown.data == wrong.data


def test_the_brake_answers_429_and_says_how_long_to_wait(client_as: ClientAs) -> None:
    client = client_as(None)
    for _ in range(5):
        client.post("/api/v1/tokens", json={"username": "clinic", "password": "wrong one"})

    braked = client.post("/api/v1/tokens", json={"username": "clinic", "password": PASSWORD})

    assert braked.status_code == 429
    assert int(braked.headers["Retry-After"]) > 0
    assert braked.json is not None
    assert braked.json["code"] == "too-many-attempts"


@pytest.mark.parametrize("path", ["/login", "/api/v1/openapi.json", "/nowhere", "/healthz"])
def test_every_answer_carries_the_headers_browsers_enforce(client_as: ClientAs, path: str) -> None:
    headers = client_as(None).get(path).headers

    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_an_oversized_request_is_refused(client_as: ClientAs) -> None:
    body = b'{"username": "' + b"x" * (3 * 1024 * 1024) + b'"}'
    answer = client_as(None).post("/api/v1/tokens", data=body, content_type="application/json")

    assert answer.status_code == 413
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    ("body", "content_type", "statuses"),
    [
        (b"{", "application/json", {400}),
        (b"[]", "application/json", {422}),
        (b'"text"', "application/json", {422}),
        (b"null", "application/json", {422}),
        (b"", "application/json", {400, 422}),
        (b"username=a&password=b", "application/x-www-form-urlencoded", {415, 422}),
        (b"<a/>", "text/xml", {415, 422}),
        (b'{"username": "\\ud800", "password": "x"}', "application/json", {422}),
        (b'{"username": "a\\u0000b", "password": "x"}', "application/json", {422}),
        (b'{"username": ["a"], "password": {}}', "application/json", {422}),
        (b'{"username": "a", "password": "b", "is_admin": true}', "application/json", {422}),
    ],
)
def test_malformed_bodies_are_refused_in_kind(
    client_as: ClientAs, body: bytes, content_type: str, statuses: set[int]
) -> None:
    answer = client_as(None).post("/api/v1/tokens", data=body, content_type=content_type)

    assert answer.status_code in statuses
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("path", ["/nowhere", "/api/v1/nowhere", "/api/v1/tokens"])
def test_an_unknown_address_or_method_is_answered_in_kind(client_as: ClientAs, path: str) -> None:
    answer = client_as(None).get(path)

    assert answer.status_code == (405 if path.endswith("tokens") else 404)
    machine = path.startswith("/api/")
    assert answer.mimetype == ("application/problem+json" if machine else "text/html")
    assert ("Allow" in answer.headers) == (answer.status_code == 405)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/a\r\nSet-Cookie: x=1",
        "javascript:alert(1)",
        "",
        "items",
    ],
)
def test_nobody_is_sent_to_another_site(client_as: ClientAs, target: str) -> None:
    client = client_as(None)
    assert isinstance(client, SignedInClient)

    assert local_target(target) == "/"
    assert sign_in(client, next=target).headers["Location"] == "/"


def test_the_page_asked_for_is_reached_after_sign_in(client_as: ClientAs) -> None:
    client = client_as(None)
    assert isinstance(client, SignedInClient)

    wanted = parse_qs(urlsplit(client.get("/items?q=a&kind=medicine").headers["Location"]).query)
    assert wanted["next"] == ["/items?q=a&kind=medicine"]
    assert sign_in(client, next="/items?q=a").headers["Location"] == "/items?q=a"


def test_a_fragment_of_an_ended_session_leads_the_whole_page_to_sign_in(
    client_as: ClientAs,
) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/items?q=a"}
    answer = client_as(None).get("/items", headers=headers)

    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/login?next=%2Fitems%3Fq%3Da"


def test_after_a_lost_form_sign_in_leads_to_the_start_page(client_as: ClientAs) -> None:
    answer = client_as(None).post("/users")

    assert answer.headers["Location"] == "/login?next=%2F"
