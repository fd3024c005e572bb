import re
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from tests.conftest import ClientAs
from tests.factories.cast import Cast
from tests.queries import QueryCount

OPEN_TO_ALL = ("/login", "/api/v1/docs", "/api/v1/openapi.json", "/healthz")
CATALOGUE = ("/items", "/exam-items", "/facilities", "/search", "/search?q=yd")
ADMIN = ("/users", "/users/new", "/account/password")


@pytest.mark.parametrize("path", OPEN_TO_ALL)
def test_a_stranger_may_open_it(client_as: ClientAs, path: str) -> None:
    assert client_as(None).get(path).status_code == 200


@pytest.mark.parametrize("locale", ["zh_Hans_CN", "en"])
@pytest.mark.parametrize("path", CATALOGUE)
def test_a_clinic_reads_the_catalogue(client_as: ClientAs, path: str, locale: str) -> None:
    client = client_as("clinic")
    client.set_cookie("tongcang_locale", locale)

    assert client.get(path).status_code == 200
    assert client_as(None).get(path).status_code == 302


@pytest.mark.parametrize("path", ADMIN)
def test_an_administrator_opens_the_list_of_people(client_as: ClientAs, path: str) -> None:
    assert client_as("admin").get(path).status_code == 200


@pytest.mark.parametrize("path", ["/users", "/users/new", "/users/1"])
def test_people_are_for_administrators_only(client_as: ClientAs, path: str) -> None:
    assert client_as("clinic").get(path).status_code == 403


def test_the_first_page_is_the_one_of_the_role(client_as: ClientAs) -> None:
    assert client_as("admin").get("/").status_code == 302
    assert client_as(None).get("/").headers["Location"] == "/login?next=%2F"


@pytest.mark.parametrize(
    ("path", "who", "here"),
    [
        ("/items", "clinic", ('"page"', "药品目录")),
        ("/users/new", "admin", ('"true"', "人员")),
        ("/destructions/waiting", "pharmacist", ('"true"', "报损与销毁")),
        ("/notices/", "clinic", None),
    ],
)
def test_the_navigation_marks_where_one_is(
    client_as: ClientAs, path: str, who: str, here: tuple[str, str] | None
) -> None:
    text = client_as(who).get(path).text
    side = text[text.index('<nav class="side"') : text.index("</nav>")]

    marked = re.findall(r'aria-current=("\w+")>.*</svg>(.*)</a>', side)

    assert marked == ([here] if here else [])
    assert "基础资料与管理" in side


def test_lists_ask_the_same_number_of_questions_for_any_number_of_rows(
    client_as: ClientAs, count_queries: Callable[[], QueryCount]
) -> None:
    for path, most in (("/users", 5), ("/facilities", 5), ("/items", 4), ("/exam-items", 4)):
        client = client_as("admin")
        with count_queries() as queries:
            assert client.get(path).status_code == 200
        assert queries.count <= most, queries.statements


def test_the_language_is_switched_and_kept_and_the_page_stays(
    client_as: ClientAs, session: Session, cast: Cast
) -> None:
    client = client_as("clinic")
    assert "药品目录" in client.get("/items").text

    answer = client.post("/locale", data={"locale": "en", "next": "/items?q=yd"})

    assert answer.headers["Location"] == "/items?q=yd"
    assert "Name, pinyin initials or code" in client.get("/items").text
    again = client_as("clinic")
    assert "Name, pinyin initials or code" in again.get("/items").text


def test_a_facility_page_shows_its_delivery_days(client_as: ClientAs, cast: Cast) -> None:
    page = client_as("village").get(f"/facilities/{cast.yudu.id}")

    assert page.status_code == 200
    assert "星期一 09:00–12:00" in page.text
    assert cast.village.name in page.text


def test_one_exact_hit_opens_at_once(client_as: ClientAs, cast: Cast) -> None:
    answer = client_as("clinic").get("/search?q=t001")

    assert answer.headers["Location"] == f"/facilities/{cast.yudu.id}"


def test_a_person_is_created_given_a_role_and_closed_with_a_history(
    client_as: ClientAs, cast: Cast
) -> None:
    admin = client_as("admin")
    form = {
        "username": "newcomer",
        "name": "新人",
        "facility_id": str(cast.yudu.id),
        "password": "long enough",
        "roles": ["clinic"],
    }
    created = admin.post("/users", data=form)
    href = created.headers["Location"]
    admin.post(f"{href}/roles", data={"roles": ["clinic", "driver"]})
    admin.post(f"{href}/deactivate")
    page = admin.get(href).text

    for word in ("创建", "变更角色", "停用账号", "已停用"):
        assert word in page
    assert admin.post("/users", data=form).status_code == 409


def test_errors_name_their_fields_on_pages_too(client_as: ClientAs) -> None:
    answer = client_as("admin").post("/users", data={"username": "x"})

    assert answer.status_code == 422
    assert "username" in answer.text


def test_every_page_has_a_title_and_one_heading(client_as: ClientAs) -> None:
    for path in ("/items", "/facilities", "/exam-items", "/search", "/login"):
        text = client_as(None if path == "/login" else "clinic").get(path).text
        assert len(re.findall(r"<h1\b", text)) == 1
        assert re.search(r"<title>[^<]+</title>", text)
