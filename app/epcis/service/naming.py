"""Queries that a facility gave a name, to ask them again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.epcis.errors import EventNotFound, QueryNameTaken
from app.epcis.models import NamedQuery
from app.epcis.rules.addresses import Addresses
from app.epcis.rules.clauses import Query
from app.epcis.rules.contexts import namespaces, own_prefixes
from app.epcis.rules.export import PREFIX
from app.epcis.rules.filters import read_query
from app.epcis.service.subscribing import end_all
from app.kernel.actor import Actor
from app.kernel.db import refusing


def name_query(
    session: Session, actor: Actor, name: str, query: dict[str, Any], *, now: datetime
) -> NamedQuery:
    """Keep a query under a name of the actor's facility.

    Raises:
        QueryNameTaken: the facility has a query of this name.
    """
    named = NamedQuery(
        facility_id=actor.facility_id,
        user_id=actor.user_id,
        name=name,
        query=query,
        created_at=now,
    )
    with refusing(session, "uq_epcis_query_facility_id_name", QueryNameTaken(name, name=name)):
        session.add(named)
    return named


def get_query(session: Session, actor: Actor, name: str) -> NamedQuery:
    """Return a named query of the actor's facility.

    Raises:
        EventNotFound: the facility has none of this name.
    """
    found = session.scalar(
        select(NamedQuery).where(
            NamedQuery.facility_id == actor.facility_id, NamedQuery.name == name
        )
    )
    if found is None:
        raise EventNotFound("query")
    return found


def list_queries(session: Session, actor: Actor, after: str, size: int) -> list[NamedQuery]:
    """Return the facility's queries by name, those after one, one more than asked for."""
    rows = session.scalars(
        select(NamedQuery)
        .where(NamedQuery.facility_id == actor.facility_id, NamedQuery.name > after)
        .order_by(NamedQuery.name)
        .limit(size + 1)
    )
    return list(rows)


def meaning_of(query: Mapping[str, Any], addresses: Addresses) -> Query:
    """Return what the parameters of a stored query mean; its context declares prefixes.

    Raises:
        QueryParameterWrong: a parameter is unknown, or has a value it cannot have.
    """
    known = namespaces({PREFIX: addresses.extensions}, own_prefixes(query.get("@context")))
    return read_query(query, known)


def forget_query(session: Session, actor: Actor, name: str, *, now: datetime) -> None:
    """Delete a named query of the actor's facility; subscriptions to it end.

    Raises:
        EventNotFound: the facility has none of this name.
    """
    gone = delete(NamedQuery).where(
        NamedQuery.facility_id == actor.facility_id, NamedQuery.name == name
    )
    if session.scalar(gone.returning(NamedQuery.id)) is None:
        raise EventNotFound("query")
    end_all(session, actor, name, now=now)
