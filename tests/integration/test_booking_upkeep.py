from sqlalchemy.orm import Session

from app.booking.service import upkeep
from app.booking.service.reserving import reserve
from app.equipment import service as equipment
from tests.factories.booking import MONDAY, NOW, Scene


def test_rebuilding_mends_a_machine_day_that_lost_its_bits(session: Session, scene: Scene) -> None:
    reserve(session, scene.clinic, scene.request(9), now=NOW)
    key = (scene.device.id, MONDAY)
    equipment.write_masks(session, {key: 0})

    assert upkeep.rebuild_device_days(session) == 1
    assert upkeep.rebuild_device_days(session) == 0
