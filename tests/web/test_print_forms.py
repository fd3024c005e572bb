import pytest
from sqlalchemy.orm import Session

from app.kernel import clock
from tests.conftest import ClientAs
from tests.factories.cast import Cast
from tests.factories.stock import a_lot, an_item, stocked
from tests.papers import words_of


def test_a_bin_card_is_printed_with_its_opening_and_closing(
    client_as: ClientAs, session: Session, cast: Cast
) -> None:
    item = an_item(session, "医用纱布")
    stocked(session, cast.actor("clinic"), a_lot(session, item, "GZ1"), 1200, now=clock.now())
    session.commit()
    path = f"/stock/items/{item.id}/card.pdf"

    answer = client_as("clinic").get(path)

    text = words_of(answer.data)
    assert answer.mimetype == "application/pdf"
    for word in ("医用纱布", "GZ1", "期初", "1,200"):
        assert word in text
    foreign = f"{path}?facility_id={cast.yudu.id}"
    assert client_as("outsider").get(foreign).status_code == 404


@pytest.mark.parametrize(
    ("path", "who", "status"),
    [
        ("/requisitions/RQ-20260101-0001/issue-note.pdf", "clinic", 404),
        ("/requisitions/RQ-20260101-0001/issue-note.pdf?paper=papyrus", "clinic", 422),
        ("/picking/PL-20260101-0001.pdf", "storekeeper", 404),
        ("/picking/PL-20260101-0001.pdf", "clinic", 403),
    ],
)
def test_what_is_not_there_is_not_printed(
    client_as: ClientAs, path: str, who: str, status: int
) -> None:
    assert client_as(who).get(path).status_code == status
