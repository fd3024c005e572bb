from collections.abc import Callable

import pytest

from tests.conftest import ClientAs
from tests.queries import QueryCount


@pytest.mark.parametrize(
    ("username", "status"), [("director", 200), ("clinic", 403), ("driver", 403), (None, 302)]
)
def test_the_county_is_for_directors(
    client_as: ClientAs, username: str | None, status: int
) -> None:
    assert client_as(username).get("/county").status_code == status


def test_a_director_begins_the_day_with_the_county(client_as: ClientAs) -> None:
    assert client_as("director").get("/").headers["Location"] == "/county"


def test_programs_get_rates_with_what_they_are_made_of(client_as: ClientAs) -> None:
    answer = client_as("director").get("/api/v1/kpi/county?days=7")

    assert answer.status_code == 200
    assert answer.json is not None
    assert len(answer.json["days"]) == 7
    assert answer.json["timely"] == {"numerator": 0, "denominator": 0, "percent": None}


def test_the_page_asks_a_fixed_number_of_questions(
    client_as: ClientAs, count_queries: Callable[[], QueryCount]
) -> None:
    client = client_as("director")
    with count_queries() as queries:
        assert client.get("/county").status_code == 200

    assert queries.count <= 16, queries.statements
