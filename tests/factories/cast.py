"""The cast of every test: six facilities and a person for each role of the contract."""

from dataclasses import dataclass

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from app.accounts import queries
from app.accounts.models import RoleGrant, UserAccount
from app.accounts.rules import Role
from app.kernel.actor import Actor
from app.kernel.ids import UserId
from app.network.models import Facility, FacilityKind
from tests.factories.network import a_facility, served_on

PASSWORD = "a long password"
CHEAP_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
"""Argon2 keeps its cost inside the hash, so a test's sign-in costs nothing."""


@dataclass(frozen=True)
class Cast:
    """Facilities by name; people by user name: ``cast.actor("clinic")``."""

    hospital: Facility
    central: Facility
    yudu: Facility
    yanchang: Facility
    village: Facility
    outsider: Facility
    actors: dict[str, Actor]

    def actor(self, username: str) -> Actor:
        return self.actors[username]


def a_person(session: Session, username: str, facility: Facility, *roles: Role) -> UserId:
    """Store a person with these roles at a facility; the password is ``PASSWORD``."""
    user = UserAccount(
        username=username,
        password_hash=CHEAP_HASH,
        name=f"{username} 某",
        facility_id=facility.id,
    )
    session.add(user)
    session.flush()
    session.add_all(
        RoleGrant(user_id=user.id, facility_id=facility.id, role=role) for role in roles
    )
    session.flush()
    return user.id


def the_cast(session: Session) -> Cast:
    """Store everybody. Every facility but the centre is served on all seven days."""
    kind = FacilityKind
    hospital = a_facility(session, "镇巴县人民医院", code="H001", kind=kind.LEAD_HOSPITAL)
    central = a_facility(session, "中心药房", code="C001", kind=kind.CENTRAL_PHARMACY)
    yudu = a_facility(session, "渔渡镇卫生院", code="T001")
    yanchang = a_facility(session, "盐场镇卫生院", code="T002")
    outsider = a_facility(session, "简池镇卫生院", code="T003")
    village = a_facility(
        session, "渔渡镇红岩村卫生室", code="V001", kind=kind.VILLAGE_POST, parent=yudu
    )
    for served in (hospital, yudu, yanchang, outsider, village):
        served_on(session, served, *range(7))
    people = {
        a_person(session, username, facility, role): username
        for username, facility, role in (
            ("pharmacist", central, Role.PHARMACIST),
            ("storekeeper", central, Role.STOREKEEPER),
            ("buyer", central, Role.BUYER),
            ("dispatcher", central, Role.DISPATCHER),
            ("driver", central, Role.DRIVER),
            ("quality", central, Role.QUALITY),
            ("clinic", yudu, Role.CLINIC),
            ("clinic2", yanchang, Role.CLINIC),
            ("clinic3", yudu, Role.CLINIC),
            ("village", village, Role.VILLAGE),
            ("outsider", outsider, Role.CLINIC),
            ("imaging", hospital, Role.IMAGING),
            ("director", hospital, Role.DIRECTOR),
            ("admin", hospital, Role.ADMIN),
        )
    }
    actors = {username: _actor(session, user_id) for user_id, username in people.items()}
    return Cast(
        hospital=hospital,
        central=central,
        yudu=yudu,
        yanchang=yanchang,
        village=village,
        outsider=outsider,
        actors=actors,
    )


def _actor(session: Session, user_id: UserId) -> Actor:
    signed_in = queries.find_signed_in(session, user_id)
    assert signed_in is not None
    return signed_in.actor
