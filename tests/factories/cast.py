"""The cast of every test: six facilities and a person for each role of the contract."""

from collections.abc import Mapping
from dataclasses import dataclass

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from app.accounts.models import RoleGrant, UserAccount
from app.accounts.rules import Role, permissions_of
from app.kernel.actor import Actor
from app.kernel.ids import FacilityId, UserId
from app.network.models import Facility, FacilityKind
from tests.factories.network import a_facility, delivery_days, new_facility

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
    user = _new_person(username, facility)
    session.add(user)
    session.flush()
    session.add_all(
        RoleGrant(user_id=user.id, facility_id=facility.id, role=role) for role in roles
    )
    session.flush()
    return user.id


def _new_person(username: str, facility: Facility) -> UserAccount:
    return UserAccount(
        username=username,
        password_hash=CHEAP_HASH,
        name=f"{username} 某",
        facility_id=facility.id,
    )


def the_cast(session: Session) -> Cast:
    """Store everybody. Every facility but the centre is served on all seven days.

    In as few statements as there are tables: most tests begin with this.
    """
    kind = FacilityKind
    hospital = new_facility("镇巴县人民医院", code="H001", kind=kind.LEAD_HOSPITAL)
    central = new_facility("中心药房", code="C001", kind=kind.CENTRAL_PHARMACY)
    yudu = new_facility("渔渡镇卫生院", code="T001")
    yanchang = new_facility("盐场镇卫生院", code="T002")
    outsider = new_facility("简池镇卫生院", code="T003")
    session.add_all([hospital, central, yudu, yanchang, outsider])
    session.flush()
    village = a_facility(
        session, "渔渡镇红岩村卫生室", code="V001", kind=kind.VILLAGE_POST, parent=yudu
    )
    for served in (hospital, yudu, yanchang, outsider, village):
        session.add_all(delivery_days(served, *range(7)))
    roles = {
        "pharmacist": (central, Role.PHARMACIST),
        "storekeeper": (central, Role.STOREKEEPER),
        "buyer": (central, Role.BUYER),
        "dispatcher": (central, Role.DISPATCHER),
        "driver": (central, Role.DRIVER),
        "quality": (central, Role.QUALITY),
        "clinic": (yudu, Role.CLINIC),
        "clinic2": (yanchang, Role.CLINIC),
        "clinic3": (yudu, Role.CLINIC),
        "village": (village, Role.VILLAGE),
        "outsider": (outsider, Role.CLINIC),
        "imaging": (hospital, Role.IMAGING),
        "director": (hospital, Role.DIRECTOR),
        "admin": (hospital, Role.ADMIN),
    }
    return Cast(
        hospital=hospital,
        central=central,
        yudu=yudu,
        yanchang=yanchang,
        village=village,
        outsider=outsider,
        actors=_actors(session, roles, {yudu.id: {village.id}}),
    )


def _actors(
    session: Session,
    roles: Mapping[str, tuple[Facility, Role]],
    below: Mapping[FacilityId, set[FacilityId]],
) -> dict[str, Actor]:
    """Store the people and return them as their sign-in would: a test compares the two."""
    people = {name: _new_person(name, facility) for name, (facility, _) in roles.items()}
    session.add_all(people.values())
    session.flush()
    session.add_all(
        RoleGrant(user_id=people[name].id, facility_id=facility.id, role=role)
        for name, (facility, role) in roles.items()
    )
    session.flush()
    return {
        name: Actor(
            user_id=people[name].id,
            name=people[name].name,
            facility_id=facility.id,
            facility_ids=frozenset({facility.id, *below.get(facility.id, ())}),
            permissions=permissions_of(frozenset({role})),
        )
        for name, (facility, role) in roles.items()
    }
