"""Rebuild what is derived: ticks from bookings, and machine-days from ticks."""

from collections import defaultdict

from sqlalchemy import BigInteger, cast, select, text
from sqlalchemy.orm import Session

from app.booking.models import Occupancy, Resource, ResourceKind
from app.equipment import service as equipment
from app.equipment.queries import DeviceDayKey, all_taken
from app.kernel.ids import DeviceId
from app.kernel.local_time import local_day
from app.kernel.ticks import first_tick, moment_of

_OCCUPY = text("""
    WITH held AS (
        SELECT b.id, b.starts_at, b.ends_at, b.device_id, b.operator_id,
               coalesce(p.id_number_index, 'patient-' || p.id) AS identity
        FROM booking b JOIN patient p ON p.id = b.patient_id
        WHERE b.state IN ('booked', 'arrived', 'in_progress')
          AND NOT EXISTS (SELECT FROM occupancy o WHERE o.booking_id = b.id)
    ), refs AS (
        SELECT id, starts_at, ends_at, 'device' AS kind, device_id::text AS ref FROM held
        UNION ALL SELECT id, starts_at, ends_at, 'operator', operator_id::text FROM held
        UNION ALL SELECT id, starts_at, ends_at, 'patient', identity FROM held
    ), named AS (
        INSERT INTO resource (kind, ref) SELECT DISTINCT kind, ref FROM refs
        ON CONFLICT (kind, ref) DO UPDATE SET ref = excluded.ref
        RETURNING id, kind, ref
    )
    INSERT INTO occupancy (resource_id, tick, booking_id)
    SELECT named.id, tick, refs.id
    FROM refs JOIN named USING (kind, ref),
         generate_series(CAST(extract(epoch FROM refs.starts_at) / 300 AS int),
                         CAST(extract(epoch FROM refs.ends_at) / 300 AS int) - 1) AS tick
""")


def occupy_loaded(session: Session) -> int:
    """Give every open booking without ticks its ticks, after a bulk load; return how many ticks.

    A load that would book anything twice fails on the primary key of ``occupancy``.
    """
    added = session.execute(_OCCUPY)
    rebuild_device_days(session)
    return int(getattr(added, "rowcount", 0))


def rebuild_device_days(session: Session) -> int:
    """Write every machine-day that differs from the ticks; return how many did (0 when sound)."""
    wanted = _from_ticks(session)
    stored = all_taken(session)
    different = [
        key for key in set(wanted) | set(stored) if wanted.get(key, 0) != stored.get(key, 0)
    ]
    if not different:
        return 0
    equipment.lock_device_days(session, different)
    again = _from_ticks(session)
    equipment.write_masks(session, {key: again.get(key, 0) for key in different})
    return len(different)


def _from_ticks(session: Session) -> dict[DeviceDayKey, int]:
    rows = session.execute(
        select(cast(Resource.ref, BigInteger), Occupancy.tick)
        .join(Occupancy, Occupancy.resource_id == Resource.id)
        .where(Resource.kind == ResourceKind.DEVICE)
    )
    found: dict[DeviceDayKey, int] = defaultdict(int)
    for device_id, tick in rows:
        day = local_day(moment_of(tick))
        found[DeviceId(device_id), day] |= 1 << (tick - first_tick(day))
    return found
