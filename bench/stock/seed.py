"""A county's ledger of millions of rows, laid by the database itself in sets.

Every facility gets the same goods in the same rhythm: an opening, then receipts and
consumption in turn, in documents of 100 lines, over a year. All sums are known in closed
form, so the ledger is consistent by construction, and the proof says so afterwards.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, text

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
LINES = 100
"""Lines of a document, here and in what is measured."""
KINDS = ("supplier", "bin", "patient", "staging")
LEDGER = ("stock_posting", "stock_move", "stock_balance")


@dataclass(frozen=True, slots=True)
class Size:
    """How large a county is; ``rounds`` is how often each lot moved at each facility."""

    facilities: int = 21
    items: int = 3000
    lots_each: int = 2
    rounds: int = 20

    @property
    def lots(self) -> int:
        """Lots of all items."""
        return self.items * self.lots_each

    @property
    def rows(self) -> int:
        """Rows of the ledger: two legs a movement."""
        return self.facilities * self.lots * self.rounds * 2


MASTER = """
INSERT INTO facility (id, code, name, short_name, pinyin, kind, township, latitude, longitude,
    position_source, position_system, population_source, name_source, phone, insurance_code,
    service_minutes, active)
    OVERRIDING SYSTEM VALUE
    SELECT n, 'F' || n, 'F' || n, 'F' || n, 'f' || n,
        CASE n WHEN 1 THEN 'central_pharmacy' ELSE 'township_clinic' END,
        'T', 32, 107, '', 'wgs84', '', '', '', '', 10, true
    FROM generate_series(1, :facilities) n;
INSERT INTO user_account (id, username, password_hash, name, facility_id, active, is_demo)
    OVERRIDING SYSTEM VALUE VALUES (1, 'bench', '', 'bench', 1, true, true);
INSERT INTO item (id, code, kind, name, dose_form, strength, pinyin, base_unit, pack_unit,
    units_per_pack, storage_class, special_class, maker, price_fen, weight_grams, volume_cm3,
    is_coded, is_stocked, is_demo, source, insurance_code)
    OVERRIDING SYSTEM VALUE
    SELECT n, 'I' || n, 'medicine', 'I' || n, '', '', 'i' || n, 'x', 'x', 24, 'ambient', 'none',
        'M', 100, 1, 1, false, true, true, '', ''
    FROM generate_series(1, :items) n;
INSERT INTO lot (id, item_id, maker, lot_number, expires_on, cost_fen, hold, hold_reason)
    OVERRIDING SYSTEM VALUE
    SELECT (i - 1) * :lots_each + n, i, 'M', 'L' || n, date '2027-09-30' + n * 30, 100, 'none', ''
    FROM generate_series(1, :items) i, generate_series(1, :lots_each) n;
INSERT INTO place (id, facility_id, code, name, kind, storage_class, locked)
    OVERRIDING SYSTEM VALUE
    SELECT (f - 1) * 4 + k.n, f, CASE k.kind WHEN 'bin' THEN 'MAIN' ELSE upper(k.kind) END, '',
        k.kind, 'ambient', false
    FROM generate_series(1, :facilities) f,
        unnest(ARRAY['supplier', 'bin', 'patient', 'staging']) WITH ORDINALITY k (kind, n)
"""
BALANCES = """
INSERT INTO stock_balance (id, facility_id, place_id, item_id, lot_id, expires_on, owner_id,
    condition, outside, on_hand, reserved, last_seq, latest_at)
    OVERRIDING SYSTEM VALUE
    SELECT ((f - 1) * 3 + k - 1) * :lots + l.id, f, (f - 1) * 4 + k, l.item_id, l.id, l.expires_on,
        f, 'usable', k <> 2,
        CASE k WHEN 1 THEN -(10000 + 600 * ((:rounds - 1) / 2))
               WHEN 2 THEN 10000 + 600 * ((:rounds - 1) / 2) - 300 * (:rounds / 2)
               ELSE 300 * (:rounds / 2) END,
        0,
        CASE k WHEN 1 THEN (:rounds + 1) / 2 WHEN 2 THEN :rounds ELSE :rounds / 2 END,
        :first + :rounds * interval '19 days'
    FROM generate_series(1, :facilities) f, generate_series(1, 3) k, lot l
"""
POSTINGS = """
INSERT INTO stock_posting (id, idempotency_key, digest, kind, facility_id, document, reason,
    tag, user_id, occurred_at, recorded_at)
    OVERRIDING SYSTEM VALUE
    SELECT (r * :facilities + f - 1) * :groups + g + 1, r || '-' || f || '-' || g, '',
        CASE WHEN r = 0 THEN 'opening' WHEN r % 2 = 0 THEN 'receipt' ELSE 'consume' END,
        f, 'D' || r, '', 'routine', 1, t, t
    FROM generate_series(0, :rounds - 1) r, generate_series(1, :facilities) f,
        generate_series(0, :groups - 1) g,
        LATERAL (SELECT :first + r * interval '19 days' + f * interval '15 minutes'
                        + g * interval '10 seconds' AS t) at
"""
MOVES = """
INSERT INTO stock_move (posting_id, balance_id, seq, leg, quantity, balance_after, facility_id,
    item_id, lot_id, kind, line_kind, line_id, origin_line_id, occurred_at, recorded_at)
    SELECT p.id, ((f - 1) * 3 + k - 1) * :lots + l.id,
        CASE k WHEN 1 THEN r / 2 + 1 WHEN 2 THEN r + 1 ELSE (r + 1) / 2 END,
        leg, leg * quantity,
        CASE k WHEN 1 THEN -(10000 + 600 * (r / 2))
               WHEN 2 THEN 10000 + 600 * (r / 2) - 300 * ((r + 1) / 2)
               ELSE 300 * ((r + 1) / 2) END,
        f, l.item_id, l.id, p.kind, 'bench_line', (p.id - 1) * {lines} + l.id - p.g * {lines}, 0,
        p.occurred_at, p.recorded_at
    FROM (SELECT id, kind, facility_id AS f, occurred_at, recorded_at,
                 (id - 1) / (:facilities * :groups) AS r, (id - 1) % :groups AS g
          FROM stock_posting) p
    JOIN LATERAL (SELECT * FROM lot
                  WHERE id > p.g * {lines} AND id <= p.g * {lines} + {lines}) l ON true,
    LATERAL (SELECT CASE WHEN r = 0 THEN 10000 WHEN r % 2 = 0 THEN 600 ELSE 300 END) q (quantity),
    LATERAL (VALUES (-1, CASE WHEN r % 2 = 0 THEN 1 ELSE 2 END),
                    (1, CASE WHEN r % 2 = 0 THEN 2 ELSE 3 END)) legs (leg, k)
"""
CONSUMED = """
INSERT INTO consumption_day (facility_id, item_id, day, quantity, one_off)
    SELECT facility_id, item_id, (occurred_at AT TIME ZONE 'Asia/Shanghai')::date, -sum(quantity), 0
    FROM stock_move WHERE kind = 'consume' AND leg = -1 GROUP BY 1, 2, 3
"""


def lay(engine: Engine, size: Size) -> None:
    """Fill an empty database; the role must be a superuser, for triggers rest meanwhile."""
    bound = {
        "facilities": size.facilities,
        "items": size.items,
        "lots_each": size.lots_each,
        "lots": size.lots,
        "rounds": size.rounds,
        "groups": size.lots // LINES,
        "first": datetime(2025, 11, 25, tzinfo=UTC),
    }
    with engine.begin() as connection:
        # All sums are proved afterwards, so nothing needs checking row by row.
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        indexes = _put_aside(connection)
        filled = (*MASTER.split(";"), BALANCES, POSTINGS, MOVES.format(lines=LINES), CONSUMED)
        for statement in filled:
            connection.execute(
                text(statement), {name: bound[name] for name in bound if f":{name}" in statement}
            )
        for definition in indexes:
            connection.execute(text(definition))
        for table in (*LEDGER, "facility", "item", "lot", "place", "user_account"):
            connection.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id))"  # noqa: S608 - our own names
                    f" FROM {table}"
                )
            )
    settle(engine)


def settle(engine: Engine) -> None:
    """Let the database clean up and count, as it does by itself in quiet hours."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _put_aside(connection: Connection) -> list[str]:
    """Drop the ledger's plain indexes; return the statements that build them again."""
    rows = connection.execute(
        text(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'stock_move'"
            " AND indexname NOT IN (SELECT conname FROM pg_constraint)"
        )
    ).all()
    for row in rows:
        connection.execute(text(f"DROP INDEX {row.indexname}"))
    return [row.indexdef for row in rows]
