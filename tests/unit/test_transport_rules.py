import pytest

from app.purchasing.errors import ColdChainBroken, ReadingsUnreadable, TransportRecordMissing
from app.purchasing.rules import Temperatures, ensure_kept_cool, read_readings, tenths

VACCINE, DROPS, TABLETS = ("疫苗", "cold"), ("滴眼液", "cool"), ("片剂", "ambient")


def road(low: int, high: int) -> Temperatures:
    return Temperatures(lowest=low, highest=high, readings=0)


@pytest.mark.parametrize(("text", "value"), [("2", 20), ("-1.5", -15), (" 8.0 ", 80), ("0", 0)])
def test_degrees_are_whole_tenths(text: str, value: int) -> None:
    assert tenths(text) == value


@pytest.mark.parametrize("text", ["", "warm", "5.55", "400", "NaN", "Infinity", "1e9"])
def test_what_is_no_temperature_is_refused(text: str) -> None:
    with pytest.raises(ReadingsUnreadable):
        tenths(text)


def test_a_recorders_readings_give_their_extremes() -> None:
    text = "时间,温度\n2026-11-23 06:00,4.5\n\n2026-11-23 06:10;7.9\n2026-11-23 06:20\t2.1\n"
    assert read_readings(text) == Temperatures(lowest=21, highest=79, readings=3, gap=10)


@pytest.mark.parametrize(
    ("text", "gap"),
    [
        ("2026-11-23 06:00,4\n2026-11-23 06:05,5\n2026/11/23 06:11,5", 6),
        ("1,4.0\n2,5.0", 0),
        ("4.0\n5.0", 0),
    ],
)
def test_a_record_tells_how_long_it_was_silent(text: str, gap: int) -> None:
    assert read_readings(text).gap == gap


@pytest.mark.parametrize(("gap", "broken"), [(5, False), (6, True)])
def test_cold_goods_break_when_the_record_is_silent_too_long(gap: int, *, broken: bool) -> None:
    record = Temperatures(lowest=30, highest=60, readings=9, gap=gap)
    if not broken:
        ensure_kept_cool([VACCINE], record)
        return
    with pytest.raises(ColdChainBroken) as refused:
        ensure_kept_cool([VACCINE], record)
    assert refused.value.data["gap"] == gap


@pytest.mark.parametrize("text", ["", "时间,温度", "1,4.0\n2,broken", "\n"])
def test_a_record_without_temperatures_is_refused(text: str) -> None:
    with pytest.raises(ReadingsUnreadable):
        read_readings(text)


@pytest.mark.parametrize("record", [None, road(-100, 300)])
def test_ambient_goods_need_no_record(record: Temperatures | None) -> None:
    ensure_kept_cool([TABLETS], record)


def test_cold_goods_do_not_come_in_without_a_record() -> None:
    with pytest.raises(TransportRecordMissing):
        ensure_kept_cool([TABLETS, VACCINE], None)
    ensure_kept_cool([DROPS], None)


@pytest.mark.parametrize(("low", "high"), [(20, 80), (45, 45)])
def test_cold_goods_come_in_at_two_to_eight_degrees(low: int, high: int) -> None:
    ensure_kept_cool([VACCINE, DROPS], road(low, high))


@pytest.mark.parametrize(
    ("goods", "low", "high"), [(VACCINE, 19, 50), (VACCINE, 30, 81), (DROPS, -50, 201)]
)
def test_a_tenth_of_a_degree_outside_is_a_broken_chain(
    goods: tuple[str, str], low: int, high: int
) -> None:
    with pytest.raises(ColdChainBroken):
        ensure_kept_cool([goods], road(low, high))
