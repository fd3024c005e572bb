"""Coordinates of Chinese maps: there and back within a metre, and known points."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.network.rules.positions import (
    CoordinateSystem,
    Position,
    from_wgs84,
    straight_metres,
    to_wgs84,
)

MAPS = st.sampled_from([CoordinateSystem.GCJ02, CoordinateSystem.BD09])
IN_CHINA = st.tuples(
    st.floats(min_value=18, max_value=53, allow_nan=False),
    st.floats(min_value=74, max_value=134, allow_nan=False),
)
TIANANMEN = (39.907333, 116.391083)


@given(IN_CHINA, MAPS)
def test_what_a_map_shows_comes_back_to_the_same_place(
    place: Position, system: CoordinateSystem
) -> None:
    assert straight_metres(to_wgs84(from_wgs84(place, system), system), place) < 1


@given(IN_CHINA, MAPS)
def test_what_was_converted_is_shown_where_it_was_clicked(
    clicked: Position, system: CoordinateSystem
) -> None:
    assert straight_metres(from_wgs84(to_wgs84(clicked, system), system), clicked) < 1


@given(IN_CHINA, MAPS)
def test_a_chinese_map_is_off_by_hundreds_of_metres(
    place: Position, system: CoordinateSystem
) -> None:
    assert 20 < straight_metres(from_wgs84(place, system), place) < 2_500


@pytest.mark.parametrize(
    ("system", "shown"),
    [
        (CoordinateSystem.GCJ02, (39.908737, 116.397325)),
        (CoordinateSystem.BD09, (39.915086, 116.403695)),
    ],
)
def test_a_known_point_lies_where_the_map_shows_it(
    system: CoordinateSystem, shown: Position
) -> None:
    assert straight_metres(from_wgs84(TIANANMEN, system), shown) < 15


@given(st.tuples(st.floats(-80, 0), st.floats(-60, 60)))
def test_satellites_and_foreign_maps_are_not_shifted(abroad: Position) -> None:
    assert to_wgs84(abroad, CoordinateSystem.WGS84) == abroad
    assert to_wgs84(abroad, CoordinateSystem.GCJ02) == abroad
