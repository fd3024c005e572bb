"""A scene for bookings: one machine, its operator, an exam, a patient."""

import pytest
from sqlalchemy.orm import Session

from tests.factories.booking import Scene, a_scene
from tests.factories.cast import Cast


@pytest.fixture
def scene(session: Session, cast: Cast) -> Scene:
    made = a_scene(session, cast.actor("clinic"), cast.actor("imaging"), cast.hospital)
    session.commit()
    return made
