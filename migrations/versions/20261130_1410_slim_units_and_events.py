"""slim units and events: keys of four bytes, words as numbers, rare things beside the row."""

from collections.abc import Callable, Sequence
from string import Template

import sqlalchemy as sa
from alembic import op

revision = "20261130_1410"
down_revision = "20261130_1337"
branch_labels = None
depends_on = None

SCHEMES = ("cn20", "goods", "own")
LEVELS = ("pack", "carton", "tote")
DISPOSITIONS = (
    "announced",
    "in_stock",
    "in_transit",
    "partially_dispensed",
    "dispensed",
    "written_off",
    "destroyed",
    "lost",
    "sent_back",
)
STEPS = (
    "announcing",
    "receiving",
    "storing",
    "counting",
    "picking",
    "packing",
    "unpacking",
    "loading",
    "arriving",
    "accepting",
    "returning",
    "dispensing",
    "holding",
    "writing_off",
    "destroying",
)
MOVED = ("unit", "trace_event", "event_unit", "aggregation")
POINTING = """
SELECT c.conrelid::regclass::text, a.attname, c.conname, pg_get_constraintdef(c.oid)
FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
WHERE c.contype = 'f' AND c.confrelid IN ('unit'::regclass, 'trace_event'::regclass)
  AND c.conrelid::regclass::text <> ALL (:moved)
ORDER BY 1, 2
"""
"""Which tables point at units and events; their keys narrow with those they point at."""
GROWING = ("trace_event", "event_unit")
RARE = ("trace_correction", "trace_client_event", "trace_second")

SLIM = """
CREATE TABLE unit (
    id integer GENERATED ALWAYS AS IDENTITY,
    item_id integer,
    lot_id integer,
    parent_id integer,
    place_id integer,
    capacity integer NOT NULL,
    consumed integer NOT NULL,
    revision integer NOT NULL,
    scheme smallint NOT NULL,
    level smallint NOT NULL,
    disposition smallint NOT NULL,
    is_open boolean NOT NULL,
    code varchar COLLATE "C" NOT NULL);
CREATE TABLE trace_event (
    event_time timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    id integer GENERATED ALWAYS AS IDENTITY,
    unit_id integer,
    quantity integer NOT NULL,
    facility_id integer NOT NULL,
    user_id integer NOT NULL,
    place_id integer,
    step smallint NOT NULL,
    disposition smallint NOT NULL,
    document varchar COLLATE "C" NOT NULL,
    reason varchar NOT NULL);
CREATE TABLE event_unit (
    event_id integer NOT NULL,
    unit_id integer NOT NULL,
    quantity integer NOT NULL);
CREATE TABLE aggregation (
    child_id integer NOT NULL,
    from_event_id integer NOT NULL,
    parent_id integer NOT NULL,
    until_event_id integer);
CREATE TABLE trace_correction (
    event_id integer NOT NULL,
    corrects_id integer NOT NULL);
CREATE TABLE trace_client_event (
    event_id integer NOT NULL,
    client_event_id varchar COLLATE "C" NOT NULL,
    device varchar COLLATE "C" NOT NULL,
    device_seq integer NOT NULL);
CREATE TABLE trace_second (
    event_id integer NOT NULL,
    user_id integer NOT NULL);
"""
SLIM_RULES = """
ALTER TABLE trace_event
    ADD CONSTRAINT pk_trace_event PRIMARY KEY (id),
    ADD CONSTRAINT fk_trace_event_unit_id FOREIGN KEY (unit_id) REFERENCES unit (id);
CREATE INDEX ix_trace_event_unit_id ON trace_event (unit_id);
CREATE INDEX ix_trace_event_recorded_at ON trace_event USING brin (recorded_at);
CREATE INDEX ix_trace_event_event_time ON trace_event USING brin (event_time);
ALTER TABLE aggregation
    ADD CONSTRAINT pk_aggregation PRIMARY KEY (child_id, from_event_id);
ALTER TABLE trace_correction
    ADD CONSTRAINT pk_trace_correction PRIMARY KEY (event_id),
    ADD CONSTRAINT uq_trace_correction_corrects_id UNIQUE (corrects_id),
    ADD CONSTRAINT fk_trace_correction_event_id
        FOREIGN KEY (event_id) REFERENCES trace_event (id),
    ADD CONSTRAINT fk_trace_correction_corrects_id
        FOREIGN KEY (corrects_id) REFERENCES trace_event (id);
ALTER TABLE trace_client_event
    ADD CONSTRAINT pk_trace_client_event PRIMARY KEY (event_id),
    ADD CONSTRAINT uq_trace_client_event_client_event_id UNIQUE (client_event_id),
    ADD CONSTRAINT ck_trace_client_event_seq_of_a_device
        CHECK (device <> '' OR device_seq = 0),
    ADD CONSTRAINT fk_trace_client_event_event_id
        FOREIGN KEY (event_id) REFERENCES trace_event (id);
CREATE UNIQUE INDEX uq_trace_client_event_device
    ON trace_client_event (device, device_seq) WHERE device <> '';
ALTER TABLE trace_second
    ADD CONSTRAINT pk_trace_second PRIMARY KEY (event_id),
    ADD CONSTRAINT fk_trace_second_event_id FOREIGN KEY (event_id) REFERENCES trace_event (id),
    ADD CONSTRAINT fk_trace_second_user_id FOREIGN KEY (user_id) REFERENCES user_account (id);
"""
WIDE = """
CREATE TABLE unit (
    id bigint GENERATED ALWAYS AS IDENTITY,
    code varchar COLLATE "C" NOT NULL,
    scheme varchar(32) NOT NULL,
    level varchar(32) NOT NULL,
    item_id bigint,
    lot_id bigint,
    capacity bigint NOT NULL,
    consumed bigint NOT NULL,
    disposition varchar(32) NOT NULL,
    parent_id bigint,
    place_id bigint,
    is_open boolean NOT NULL,
    revision integer NOT NULL);
CREATE TABLE trace_event (
    id bigint GENERATED ALWAYS AS IDENTITY,
    facility_id bigint NOT NULL,
    step varchar(32) NOT NULL,
    disposition varchar(32) NOT NULL,
    event_time timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    user_id bigint NOT NULL,
    actor_name varchar NOT NULL,
    place_id bigint,
    document varchar COLLATE "C" NOT NULL,
    client_event_id varchar COLLATE "C",
    reason varchar NOT NULL,
    corrects_id bigint);
CREATE TABLE event_unit (
    event_id bigint NOT NULL,
    unit_id bigint NOT NULL,
    quantity bigint NOT NULL);
CREATE TABLE aggregation (
    id bigint GENERATED ALWAYS AS IDENTITY,
    child_id bigint NOT NULL,
    parent_id bigint NOT NULL,
    from_event_id bigint NOT NULL,
    until_event_id bigint);
"""
WIDE_RULES = """
ALTER TABLE trace_event
    ADD CONSTRAINT pk_trace_event PRIMARY KEY (id),
    ADD CONSTRAINT uq_trace_event_client_event_id UNIQUE (client_event_id),
    ADD CONSTRAINT uq_trace_event_corrects_id UNIQUE (corrects_id),
    ADD CONSTRAINT fk_trace_event_corrects_id
        FOREIGN KEY (corrects_id) REFERENCES trace_event (id);
CREATE INDEX ix_trace_event_facility_id ON trace_event (facility_id);
ALTER TABLE aggregation ADD CONSTRAINT pk_aggregation PRIMARY KEY (id);
CREATE INDEX ix_aggregation_child_id ON aggregation (child_id);
"""
SHARED_RULES = """
ALTER TABLE unit
    ADD CONSTRAINT pk_unit PRIMARY KEY (id),
    ADD CONSTRAINT uq_unit_code UNIQUE (code),
    ADD CONSTRAINT ck_unit_one_place CHECK (num_nonnulls(parent_id, place_id) = 1),
    ADD CONSTRAINT ck_unit_within_capacity CHECK (0 <= consumed AND consumed <= capacity),
    ADD CONSTRAINT ck_unit_not_in_itself CHECK (parent_id <> id),
    ADD CONSTRAINT fk_unit_parent_id FOREIGN KEY (parent_id) REFERENCES unit (id),
    ADD CONSTRAINT fk_unit_item_id FOREIGN KEY (item_id) REFERENCES item (id),
    ADD CONSTRAINT fk_unit_lot_id FOREIGN KEY (lot_id) REFERENCES lot (id),
    ADD CONSTRAINT fk_unit_place_id FOREIGN KEY (place_id) REFERENCES place (id);
CREATE INDEX ix_unit_lot ON unit (lot_id);
CREATE INDEX ix_unit_parent ON unit (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX ix_unit_place ON unit (place_id, lot_id) WHERE place_id IS NOT NULL;
{own_rules}
ALTER TABLE trace_event
    ADD CONSTRAINT fk_trace_event_facility_id
        FOREIGN KEY (facility_id) REFERENCES facility (id),
    ADD CONSTRAINT fk_trace_event_place_id FOREIGN KEY (place_id) REFERENCES place (id),
    ADD CONSTRAINT fk_trace_event_user_id FOREIGN KEY (user_id) REFERENCES user_account (id);
ALTER TABLE event_unit
    ADD CONSTRAINT pk_event_unit PRIMARY KEY (event_id, unit_id),
    ADD CONSTRAINT fk_event_unit_event_id FOREIGN KEY (event_id) REFERENCES trace_event (id),
    ADD CONSTRAINT fk_event_unit_unit_id FOREIGN KEY (unit_id) REFERENCES unit (id);
CREATE INDEX ix_event_unit_unit_id ON event_unit (unit_id);
ALTER TABLE aggregation
    ADD CONSTRAINT fk_aggregation_child_id FOREIGN KEY (child_id) REFERENCES unit (id),
    ADD CONSTRAINT fk_aggregation_parent_id FOREIGN KEY (parent_id) REFERENCES unit (id),
    ADD CONSTRAINT fk_aggregation_from_event_id
        FOREIGN KEY (from_event_id) REFERENCES trace_event (id),
    ADD CONSTRAINT fk_aggregation_until_event_id
        FOREIGN KEY (until_event_id) REFERENCES trace_event (id);
CREATE INDEX ix_aggregation_parent_id ON aggregation (parent_id);
CREATE UNIQUE INDEX uq_aggregation_open_child
    ON aggregation (child_id) WHERE until_event_id IS NULL;
"""


def numbered(column: str, words: Sequence[str]) -> str:
    """Return the SQL of a word's number."""
    cases = " ".join(f"WHEN '{word}' THEN {number}" for number, word in enumerate(words, 1))
    return f"CASE {column} {cases} END"


def worded(column: str, words: Sequence[str]) -> str:
    """Return the SQL of a number's word."""
    cases = " ".join(f"WHEN {number} THEN '{word}'" for number, word in enumerate(words, 1))
    return f"CASE {column} {cases} END"


def copy(statement: str, translated: Callable[[str, Sequence[str]], str]) -> None:
    """Copy rows; ``$step`` and the like are the columns of words, translated."""
    columns = {"scheme": SCHEMES, "level": LEVELS, "disposition": DISPOSITIONS, "step": STEPS}
    words = {column: translated(column, listed) for column, listed in columns.items()}
    op.execute(Template(statement).substitute(words))


Pointer = tuple[str, str, str, str]


def replace_tables(tables: str) -> list[Pointer]:
    """Set the rows aside, make the tables anew in the other form; return who pointed at them."""
    question = sa.text(POINTING).bindparams(moved=list(MOVED))
    pointers = [tuple(row) for row in op.get_bind().execute(question)]
    for table in MOVED:
        op.execute(f"CREATE TEMP TABLE old_{table} ON COMMIT DROP AS TABLE {table}")
    op.execute("DROP TABLE aggregation, event_unit, trace_event, unit CASCADE")
    op.execute(tables)
    return pointers


def point_again(pointers: Sequence[Pointer], kind: str) -> None:
    """Give every column that points at units or events their kind, and its foreign key again."""
    for table, column, name, definition in pointers:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE {kind}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def continue_keys(*tables: str) -> None:
    """Let new keys follow those that were kept."""
    for table in tables:
        follow = """
            SELECT setval(pg_get_serial_sequence('$table', 'id'), coalesce(max(id), 1),
                          max(id) IS NOT NULL) FROM $table"""
        op.execute(Template(follow).substitute(table=table))


def let_grow_only(*tables: str) -> None:
    """Refuse every change of these tables' rows."""
    for table in tables:
        op.execute(
            f"CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def upgrade() -> None:
    pointers = replace_tables(SLIM)
    copy(
        """
        INSERT INTO unit OVERRIDING SYSTEM VALUE
        SELECT id, item_id, lot_id, parent_id, place_id, capacity, consumed, revision,
               $scheme, $level,
               $disposition, is_open, code
        FROM old_unit ORDER BY id""",
        numbered,
    )
    copy(
        """
        WITH alone AS (
            SELECT event_id, min(unit_id) AS unit_id, min(quantity) AS quantity
            FROM old_event_unit GROUP BY event_id HAVING count(*) = 1)
        INSERT INTO trace_event OVERRIDING SYSTEM VALUE
        SELECT date_trunc('milliseconds', event_time), recorded_at, id, a.unit_id, coalesce(a.quantity, 0), facility_id,
               user_id, place_id, $step,
               $disposition, document, reason
        FROM old_trace_event e LEFT JOIN alone a ON a.event_id = e.id ORDER BY id""",
        numbered,
    )
    op.execute("""
        INSERT INTO event_unit SELECT event_id, u.unit_id, u.quantity
        FROM old_event_unit u JOIN trace_event e ON e.id = u.event_id
        WHERE e.unit_id IS NULL ORDER BY event_id, u.unit_id""")
    op.execute("""
        INSERT INTO aggregation
        SELECT child_id, from_event_id, parent_id, until_event_id FROM old_aggregation""")
    op.execute("""
        INSERT INTO trace_correction
        SELECT id, corrects_id FROM old_trace_event WHERE corrects_id IS NOT NULL""")
    op.execute("""
        INSERT INTO trace_client_event SELECT id, client_event_id, '', 0
        FROM old_trace_event WHERE client_event_id IS NOT NULL""")
    op.execute(SHARED_RULES.format(own_rules=SLIM_RULES))
    op.create_check_constraint(
        op.f("ck_unit_packs_hold_stock"), "unit", "(level = 1) = (capacity > 0)"
    )
    op.create_check_constraint(
        op.f("ck_unit_item"),
        "unit",
        "level = 3 OR (item_id IS NOT NULL AND lot_id IS NOT NULL)",
    )
    point_again(pointers, "integer")
    continue_keys("unit", "trace_event")
    let_grow_only(*GROWING, *RARE)


def downgrade() -> None:
    for table in ("trace_correction", "trace_client_event"):
        op.execute(f"CREATE TEMP TABLE old_{table} ON COMMIT DROP AS TABLE {table}")
    op.execute("DROP TABLE trace_correction, trace_client_event, trace_second")
    pointers = replace_tables(WIDE)
    copy(
        """
        INSERT INTO unit OVERRIDING SYSTEM VALUE
        SELECT id, code, $scheme, $level, item_id, lot_id,
               capacity, consumed, $disposition, parent_id, place_id,
               is_open, revision
        FROM old_unit ORDER BY id""",
        worded,
    )
    copy(
        """
        INSERT INTO trace_event OVERRIDING SYSTEM VALUE
        SELECT e.id, e.facility_id, $step,
               $disposition, event_time, recorded_at, user_id, p.name,
               place_id, document, client_event_id, reason, corrects_id
        FROM old_trace_event e JOIN user_account p ON p.id = e.user_id
        LEFT JOIN old_trace_client_event c ON c.event_id = e.id
        LEFT JOIN old_trace_correction x ON x.event_id = e.id ORDER BY e.id""",
        worded,
    )
    op.execute("""
        INSERT INTO event_unit
        SELECT id, unit_id, quantity FROM old_trace_event WHERE unit_id IS NOT NULL
        UNION ALL SELECT event_id, unit_id, quantity FROM old_event_unit""")
    op.execute("""
        INSERT INTO aggregation (child_id, parent_id, from_event_id, until_event_id)
        SELECT child_id, parent_id, from_event_id, until_event_id FROM old_aggregation""")
    op.execute(SHARED_RULES.format(own_rules=WIDE_RULES))
    for table, name, condition in (
        ("unit", "packs_hold_stock", "(level = 'pack') = (capacity > 0)"),
        ("unit", "item", "level = 'tote' OR (item_id IS NOT NULL AND lot_id IS NOT NULL)"),
        ("unit", "packscheme", in_words("scheme", SCHEMES)),
        ("unit", "unitlevel", in_words("level", LEVELS)),
        ("unit", "disposition", in_words("disposition", DISPOSITIONS)),
        ("trace_event", "bizstep", in_words("step", STEPS)),
        ("trace_event", "disposition", in_words("disposition", DISPOSITIONS)),
    ):
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)
    point_again(pointers, "bigint")
    continue_keys("unit", "trace_event")
    let_grow_only(*GROWING)


def in_words(column: str, words: Sequence[str]) -> str:
    """Return the condition that a column holds one of these words."""
    return f"{column} IN ({', '.join(repr(word) for word in words)})"
