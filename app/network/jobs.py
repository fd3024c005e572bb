"""Asking a table service for drives that are missing, outside any transaction."""

import time
from collections.abc import Collection

from app.kernel import clock
from app.kernel.db import Json
from app.kernel.ids import FacilityId
from app.network import service
from app.network.outbound import ServiceKind, ServiceSilent, TableService
from app.network.rules.roads import Block, Drive, RoadPoint, RoadTable
from app.network.service import Told
from app.web.settings import current_settings
from app.web.unit_of_work import transaction
from app.web.worker import Work

SECONDS_BEFORE_A_PLAN = 15.0
SECONDS_AT_NIGHT = 1800.0


def complete_at_night(_work: Work) -> Json:
    """Ask for every drive of the county that nobody entered and the service has not told."""
    with transaction() as session:
        ids = service.active_facility_ids(session)
    return {"told": complete(ids, seconds=SECONDS_AT_NIGHT)}


def complete(ids: Collection[FacilityId], *, seconds: float = SECONDS_BEFORE_A_PLAN) -> int:
    """Ask the configured service for the missing drives among places; return how many it told.

    Without a service nothing is asked. One that is silent, or slower than ``seconds``, is
    noted with what it told until then; the great circle fills the rest.
    """
    configured = table_service()
    if configured is None:
        with transaction() as session:
            service.switch_off(session, now=clock.now())
        return 0
    with transaction() as session:
        blocks, points = service.missing_blocks(session, ids, configured.name)
    told = ask(configured, blocks, points, until=time.monotonic() + seconds)
    with transaction() as session:
        return service.keep_told(session, told, now=clock.now())


def table_service() -> TableService | None:
    """Return the table service of the settings, if there is one."""
    settings = current_settings()
    if not settings.roads_url:
        return None
    kind = ServiceKind(settings.roads_kind)
    return TableService(url=settings.roads_url, kind=kind, data=settings.roads_data)


def ask(
    configured: TableService,
    blocks: Collection[Block],
    points: dict[FacilityId, RoadPoint],
    *,
    until: float,
) -> Told:
    """Ask block by block until ``until`` (monotonic), or the first silence."""
    drives: list[Drive] = []
    error = ""
    for block in blocks:
        if time.monotonic() > until:
            error = "late"
            break
        origins = [points[end] for end in block.origins]
        targets = [points[end] for end in block.targets]
        try:
            drives += _drives(block, configured.table(origins, targets))
        except ServiceSilent as silence:
            error = str(silence)
            break
    missing = sum(len(block.origins) * len(block.targets) for block in blocks)
    return Told(source=configured.name, missing=missing, drives=drives, error=error)


def _drives(block: Block, table: RoadTable) -> list[Drive]:
    return [
        Drive(
            origin_id=origin,
            target_id=target,
            seconds=int(table.seconds[row, column]),
            metres=int(table.metres[row, column]),
        )
        for row, origin in enumerate(block.origins)
        for column, target in enumerate(block.targets)
        if origin != target
    ]


HANDLERS = {"network.roads": complete_at_night}
