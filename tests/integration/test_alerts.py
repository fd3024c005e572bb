from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from app.alerts import queries, service
from app.alerts.errors import AlertClosed, AlertTaken, ClosingNeedsQuality, ClosingNeedsReason
from app.alerts.models import Alert
from app.alerts.queries import Wanted
from app.alerts.rules import AlertState
from app.kernel.errors import NotFound
from app.kernel.ids import AlertId
from app.kernel.incidents import Incident
from app.notices import queries as notices
from tests.factories.cast import Cast
from tests.factories.stock import NOW
from tests.racing import at_once, look_then_act

CLONE = Incident(kind="dispensed-elsewhere", key="unit-1", level=4, code="8999", what="阿莫西林")
REPEAT = Incident(kind="dispensed-here", key="unit-1@DP-1", level=2, code="8999", alarms_at=3)


def raised(session: Session, cast: Cast, incident: Incident = CLONE) -> AlertId:
    service.record(session, cast.actor("clinic"), incident, now=NOW)
    return session.scalars(select(Alert.id).where(Alert.incident_key == incident.key)).one()


def told(session: Session, cast: Cast, who: str) -> list[str]:
    rows = notices.list_notices(session, cast.actor(who).user_id, None, 9)
    return [row.kind.value for row in rows]


def test_an_incident_is_one_alert_however_often_it_comes(session: Session, cast: Cast) -> None:
    alert_id = raised(session, cast)
    service.record(session, cast.actor("clinic"), CLONE, now=NOW + timedelta(hours=1))

    found = service.get_alert(session, cast.actor("quality"), alert_id)

    assert (found.times, found.level, found.state) == (2, 4, AlertState.OPEN)
    assert (found.raised_at, found.last_at) == (NOW, NOW + timedelta(hours=1))


def test_a_serious_one_is_told_to_quality_and_to_the_site(session: Session, cast: Cast) -> None:
    raised(session, cast)

    assert told(session, cast, "clinic") == ["trace_alert"]
    assert told(session, cast, "quality") == ["trace_alarm"]
    assert told(session, cast, "outsider") == []


def test_a_light_one_stays_at_the_site(session: Session, cast: Cast) -> None:
    raised(session, cast, replace(CLONE, level=2))

    assert told(session, cast, "clinic") == ["trace_alert"]
    assert told(session, cast, "quality") == []


def test_what_is_harmless_twice_alarms_at_the_third_time(session: Session, cast: Cast) -> None:
    clinic = cast.actor("clinic")
    alarmed = [
        service.record(session, clinic, replace(REPEAT, subject=str(scan)), now=NOW)
        for scan in range(4)
    ]

    assert alarmed == [False, False, True, True]
    (row,) = queries.list_alerts(session, clinic, Wanted(), 9)
    assert (row.kind, row.level, row.times) == ("dispensed-here", 2, 2)


def test_the_same_subject_and_old_attempts_do_not_count(session: Session, cast: Cast) -> None:
    clinic = cast.actor("clinic")
    guess = replace(REPEAT, within=timedelta(minutes=10))
    moments = [NOW - timedelta(hours=1), NOW, NOW, NOW]
    subjects = ["old", "a", "b", "b"]

    for moment, subject in zip(moments, subjects, strict=True):
        assert not service.record(session, clinic, replace(guess, subject=subject), now=moment)

    assert service.sweep(session, now=NOW + timedelta(days=31)) == 4


def test_who_sees_and_handles_an_alert(session: Session, cast: Cast) -> None:
    alert_id = raised(session, cast, replace(CLONE, level=2))

    with pytest.raises(NotFound):
        service.get_alert(session, cast.actor("outsider"), alert_id)
    with pytest.raises(NotFound):
        service.take_alert(session, cast.actor("storekeeper"), alert_id, now=NOW)
    taken = service.take_alert(session, cast.actor("clinic"), alert_id, now=NOW)
    assert service.take_alert(session, cast.actor("clinic"), alert_id, now=NOW) == taken
    with pytest.raises(AlertTaken):
        service.take_alert(session, cast.actor("quality"), alert_id, now=NOW)
    with pytest.raises(ClosingNeedsReason):
        service.close_alert(session, cast.actor("clinic"), alert_id, "  ", now=NOW)
    closed = service.close_alert(session, cast.actor("clinic"), alert_id, "患者退回", now=NOW)
    assert (closed.state, closed.owner) == (AlertState.CLOSED, "clinic 某")
    with pytest.raises(AlertClosed):
        service.close_alert(session, cast.actor("clinic"), alert_id, "再关", now=NOW)
    with pytest.raises(AlertClosed):
        service.take_alert(session, cast.actor("clinic"), alert_id, now=NOW)


def test_the_suspected_do_not_clear_themselves(session: Session, cast: Cast) -> None:
    alert_id = raised(session, cast)

    with pytest.raises(ClosingNeedsQuality):
        service.close_alert(session, cast.actor("clinic"), alert_id, "没事", now=NOW)
    closed = service.close_alert(session, cast.actor("quality"), alert_id, "封存待查", now=NOW)
    assert closed.closed_reason == "封存待查"


def test_the_desk_lists_the_most_serious_and_oldest_first(session: Session, cast: Cast) -> None:
    for number, level in enumerate((1, 4, 3, 4)):
        raised(session, cast, replace(CLONE, key=f"unit-{number}", level=level))
    clinic = cast.actor("clinic")

    rows = queries.list_alerts(session, clinic, Wanted(), 9)
    after = queries.list_alerts(session, clinic, Wanted(after=(4, rows[0].id)), 9)

    assert [row.level for row in rows] == [4, 4, 3, 1]
    assert rows[0].id < rows[1].id
    assert [row.id for row in after] == [row.id for row in rows[1:]]
    assert queries.count_waiting(session, clinic) == {4: 2, 3: 1, 1: 1}
    assert queries.list_alerts(session, cast.actor("outsider"), Wanted(), 9) == []


def test_eight_at_once_are_one_alert(rivals: sessionmaker[Session], racing_cast: Cast) -> None:
    clinic = racing_cast.actor("clinic")

    def raise_it() -> bool:
        with rivals.begin() as session:
            return service.raise_alert(session, clinic, CLONE, now=NOW)

    assert sorted(at_once(raise_it, rivals=8)) == [False] * 7 + [True]
    with rivals() as session:
        assert session.scalars(select(Alert.times)).one() == 8


def test_without_the_unique_key_one_incident_is_many_alerts(
    rivals: sessionmaker[Session], racing_cast: Cast
) -> None:
    """The naive control: look whether there is one, then raise it."""
    clinic = racing_cast.actor("clinic")
    with rivals.begin() as session:
        session.execute(text("ALTER TABLE alert DROP CONSTRAINT uq_alert_incident_key"))

    def look(session: Session) -> bool:
        return session.scalar(select(Alert.id)) is None

    def act(session: Session, _none: bool) -> None:  # noqa: FBT001 - what it saw
        row = Alert(kind="x", level=1, incident_key="one", facility_id=clinic.facility_id)
        row.user_id, row.raised_at, row.last_at = clinic.user_id, NOW, NOW
        session.add(row)
        session.flush()

    assert look_then_act(rivals, look, act) == {"acted": 4}
