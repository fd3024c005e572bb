"""Shapes of the EPCIS binding, as far as they are ours and not the standard's documents."""

from typing import Any

from marshmallow import INCLUDE, Schema, fields, validate

from app.epcis.rules.schedules import FIELDS as SCHEDULE_FIELDS
from app.web.schema import ApiSchema, Int, Moment, QuerySchema, Secret, Text

MOST_PER_PAGE = 1_000
_NAME = "^[A-Za-z0-9._-]{1,100}$"


class DocumentSchema(Schema):
    """An EPCIS document, a query's answer or a bare event; EPCIS's own schema judges it."""

    class Meta:
        unknown = INCLUDE

    type = fields.String(required=True)


class AnswerSchema(Schema):
    """An EPCISQueryDocument."""

    class Meta:
        unknown = INCLUDE

    context = fields.List(fields.Raw(), required=True, data_key="@context")
    type = fields.String(required=True)
    schema_version = fields.String(required=True, data_key="schemaVersion")
    creation_date = fields.String(required=True, data_key="creationDate")
    epcis_body = fields.Dict(required=True, data_key="epcisBody")


class EventSchema(Schema):
    """An EPCIS event."""

    class Meta:
        unknown = INCLUDE

    type = fields.String(required=True)
    event_id = fields.String(required=True, data_key="eventID")


class ItemListSchema(Schema):
    """What can be asked for: values of one kind, under the name of the kind."""

    class Meta:
        unknown = INCLUDE

    type = fields.String(required=True)


class CaptureJobSchema(Schema):
    """A capture job: running or not, right so far or not, and what was wrong."""

    capture_id = fields.String(required=True, data_key="captureID")
    created_at = fields.String(required=True, data_key="createdAt")
    finished_at = fields.String(required=True, allow_none=True, data_key="finishedAt")
    running = fields.Boolean(required=True)
    success = fields.Boolean(required=True)
    behaviour = fields.String(required=True, data_key="captureErrorBehaviour")
    events = fields.Integer(required=True)
    stored = fields.Integer(required=True)
    announced = fields.Integer(required=True)
    errors = fields.List(fields.Dict(), required=True)
    notes = fields.List(fields.String(), required=True)


class QueryDefinitionSchema(Schema):
    """A named query: its name, and parameters of the EPCIS query language."""

    name = Text(required=True, shortest=1, longest=100, pattern=_NAME)
    query = fields.Dict(required=True, keys=fields.String())


class DocumentListSchema(QuerySchema):
    """Which documents that came to list on the page."""

    shown = fields.String(validate=validate.OneOf(["", "troubled"]), load_default="")
    cursor = Text(longest=200, load_default="")


ScheduleSchema = ApiSchema.from_dict(
    {name: Text(longest=100) for name in SCHEDULE_FIELDS}, name="EpcisSchedule"
)
"""When to call: lists of numbers and ranges ``[low-high]``, in local time."""
NewSubscriptionSchema = ApiSchema.from_dict(
    {
        "dest": Text(required=True, shortest=1, longest=2000),
        "signatureToken": Secret(load_default=""),
        "stream": fields.Boolean(load_default=False),
        "schedule": fields.Nested(ScheduleSchema, load_default=dict),
        "reportIfEmpty": fields.Boolean(load_default=False),
        "initialRecordTime": Moment(load_default=None),
    },
    name="EpcisNewSubscription",
)
"""Where to call, and when: at times of a schedule, or with ``stream`` as things happen.

``signatureToken`` is what calls are signed with; it is never shown again.
"""


class SubscriptionSchema(Schema):
    """A subscription, and beyond the standard how many calls failed since the last good one."""

    subscription_id = fields.String(required=True, data_key="subscriptionID")
    query_name = fields.String(required=True, data_key="queryName")
    dest = fields.String(required=True)
    stream = fields.Boolean()
    schedule = fields.Dict()
    report_if_empty = fields.Boolean(required=True, data_key="reportIfEmpty")
    initial_record_time = fields.String(data_key="initialRecordTime")
    created_at = fields.String(required=True, data_key="createdAt")
    last_notified_at = fields.String(data_key="lastNotifiedAt")
    failures = fields.Integer(required=True)
    fault = fields.String(required=True)


def _parameter(text: str) -> fields.String:
    return fields.String(metadata={"description": text})


_LISTS = (
    "eventType EQ_action EQ_bizStep EQ_disposition EQ_persistentDisposition_set"
    " EQ_persistentDisposition_unset EQ_readPoint WD_readPoint EQ_bizLocation WD_bizLocation"
    " EQ_bizTransaction_po EQ_source_possessing_party EQ_destination_possessing_party"
    " EQ_transformationID MATCH_epc MATCH_parentID MATCH_inputEPC MATCH_outputEPC MATCH_anyEPC"
    " MATCH_epcClass MATCH_inputEPCClass MATCH_outputEPCClass MATCH_anyEPCClass EQ_eventID"
    " EQ_errorReason EQ_correctiveEventID EQ_type EQ_deviceID EQ_dataProcessingMethod"
    " EQ_microorganism EQ_chemicalSubstance EQ_bizRules EQ_stringValue EQ_booleanValue"
    " EQ_hexBinaryValue EQ_uriValue"
)
_TIMES = (
    "GE_eventTime LT_eventTime GE_recordTime LT_recordTime GE_errorDeclarationTime"
    " LT_errorDeclarationTime GE_time LT_time GE_startTime LT_startTime GE_endTime LT_endTime"
)
_NUMBERS = (
    "EQ_quantity GT_quantity GE_quantity LT_quantity LE_quantity GE_value_CEL LT_value_CEL"
    " GE_percRank LT_percRank GT_percRank LE_percRank eventCountLimit maxEventCount"
)
_FLAGS = "EXISTS_errorDeclaration EXISTS_sensorElementList"
_PAGING: dict[str, Any] = {
    "perPage": Int(load_default=30, validate=validate.Range(min=1, max=MOST_PER_PAGE), metadata={}),
    "nextPageToken": fields.String(load_default=""),
}


class ListQuerySchema(QuerySchema):
    """The query of an address; names that are not listed may be of the query language."""

    class Meta:
        unknown = INCLUDE


PageSchema = QuerySchema.from_dict(_PAGING, name="EpcisPage")
EventQuerySchema = ListQuerySchema.from_dict(
    {
        **_PAGING,
        **{name: _parameter("One or several values, separated by |") for name in _LISTS.split()},
        **{name: _parameter("A moment with its offset") for name in _TIMES.split()},
        **{name: _parameter("A number") for name in _NUMBERS.split()},
        **{name: _parameter("Any value") for name in _FLAGS.split()},
        "orderBy": fields.String(validate=validate.OneOf(["eventTime", "recordTime"])),
        "orderDirection": fields.String(validate=validate.OneOf(["ASC", "DESC"])),
    },
    name="EpcisEventQuery",
)
