from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.traceability.models import BizStep, Disposition
from app.traceability.rules.event_form import (
    TracedEvent,
    disposition_uri,
    epcis_form,
    image_of,
    step_uri,
)
from app.traceability.rules.event_hash import pre_image

BASE = "https://tongcang.example"
WORDS = st.sampled_from(["receiving", "announcing", "dispensing", "destroying", "unheard_of"])
EVENTS = st.builds(
    TracedEvent,
    step=WORDS,
    disposition=st.sampled_from(["in_stock", "announced", "destroyed"]),
    event_time=st.integers(0, 2 * 10**12).map(
        lambda milliseconds: datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)
    ),
    facility_id=st.integers(1, 300),
    place_id=st.none() | st.integers(1, 9000),
    document=st.text("DP-0 /é", max_size=5),
    units=st.lists(
        st.tuples(st.text("0128(/Ab", min_size=1, max_size=4), st.integers(0, 3)),
        max_size=4,
        unique_by=lambda unit: unit[0],
    ).map(tuple),
    rare=st.dictionaries(st.sampled_from(["reason", "second"]), st.text(" 07x", max_size=3)),
)


@given(EVENTS)
def test_the_fast_text_is_that_of_the_standard(event: TracedEvent) -> None:
    assert image_of(event, BASE) == pre_image(epcis_form(event, BASE))


@given(EVENTS, EVENTS)
def test_different_events_have_different_texts(one: TracedEvent, other: TracedEvent) -> None:
    same = {
        **{name: getattr(one, name) for name in TracedEvent.__slots__},
        "units": set(one.units),
    } == {
        **{name: getattr(other, name) for name in TracedEvent.__slots__},
        "units": set(other.units),
    }

    assert (image_of(one, BASE) == image_of(other, BASE)) == same


def test_words_stay_apart() -> None:
    steps = {step_uri(BASE, step.value) for step in BizStep}
    became = {disposition_uri(BASE, word.value) for word in Disposition}

    assert len(steps) == len(BizStep)
    assert len(became) == len(Disposition)
