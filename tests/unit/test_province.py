import json
import signal
from pathlib import Path

import pytest

from optimizer.__main__ import main
from optimizer.province.data import County, Stop, read_province
from optimizer.province.planning import Row, plan_province
from optimizer.routing.budget import Budget
from optimizer.spreading import Failure, Inline, Stopped, spread, spread_here

BUDGET = Budget(seconds=60, seed=1, steps=5)
COUNTIES = "adcode,name,city,lat,lon,n_townships,n_villages\n"
TOWNSHIPS = "town_code,name,county_code,county,city,n_village_committees,lat,lon\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two counties with two townships each, and one without any."""
    rows = [f"61000{n},县{n},市,33.{n},107.{n},2,9\n" for n in (1, 2, 3)]
    (tmp_path / "x_counties_3.csv").write_text(COUNTIES + "".join(rows), "utf-8")
    towns = [
        f"61000{n}00{t},镇{t},61000{n},县{n},市,{3 * t},33.{n}{t},107.{n}{t}\n"
        for n in (1, 3)
        for t in (1, 2)
    ]
    (tmp_path / "x_townships_4.csv").write_text(TOWNSHIPS + "".join(towns), "utf-8")
    return tmp_path


def test_every_township_and_a_sample_of_villages_are_stops(folder: Path) -> None:
    first, empty, _ = read_province(folder, stops=8)
    assert [stop.is_village for stop in first.stops].count(False) == 2
    assert len(first.stops) == 8
    small = sum(stop.id.startswith("610001001-") for stop in first.stops)
    assert small == 2, "villages are sampled in proportion: 2 of 6"
    assert empty.stops == ()
    assert len(read_province(folder, stops=60)[0].stops) == 2 + 9, "never more than there are"


def test_the_same_seed_lays_the_same_villages(folder: Path) -> None:
    assert read_province(folder, seed=4) == read_province(folder, seed=4)
    assert read_province(folder, seed=4) != read_province(folder, seed=5)


def test_a_county_that_fails_does_not_stop_the_rest(folder: Path) -> None:
    counties = read_province(folder, stops=6)
    answers = plan_province(counties, BUDGET, Inline())
    first, failed, last = answers
    assert isinstance(failed, Failure)
    assert "no institution" in failed.error
    for row in (first, last):
        assert isinstance(row, Row)
        assert (row.stops, row.left) == (6, {})
        assert row.cost_fen > 0
    assert [_without_seconds(one) for one in plan_province(counties, BUDGET, Inline())] == [
        _without_seconds(one) for one in answers
    ]


def _without_seconds(answer: Row | Failure) -> tuple[object, ...]:
    if isinstance(answer, Failure):
        return (answer.error,)
    return (answer.code, answer.metres, answer.cost_fen, answer.runs, answer.orders)


def test_the_command_prints_the_table_and_says_that_one_failed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = folder / "table.json"
    given = ["province", str(folder), "--workers", "2", "--steps", "5", "--stops", "5"]
    assert main([*given, "--out", str(out)]) == 1
    told = capsys.readouterr()
    assert "2 counties planned and checked, 1 failed" in told.out
    assert "3 of 3" in told.err
    rows = json.loads(out.read_text("utf-8"))
    assert [row["code"] for row in rows] == ["610001", "610002", "610003"]
    assert "error" in rows[1]
    assert main([*given[:2], "--only", "610003", "--steps", "5", "--stops", "5"]) == 0


def test_a_folder_without_tables_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["province", str(tmp_path)]) == 2
    assert "holds no table" in capsys.readouterr().err


def test_answers_come_in_the_order_of_the_tasks_and_whoever_hears_may_stop() -> None:
    assert spread(int, ["0", "x", "2"], Inline()) == [
        0,
        Failure("ValueError: invalid literal for int() with base 10: 'x'"),
        2,
    ]
    with pytest.raises(Stopped):
        spread(int, ["0", "1"], Inline(), lambda *_: False)


def test_a_process_that_dies_fails_alone() -> None:
    fine, dead, also_fine = spread_here(signal.raise_signal, [0, signal.SIGKILL, 0], 2)
    assert (fine, also_fine) == (None, None)
    assert isinstance(dead, Failure)
    assert dead.lost


def test_a_county_is_where_its_table_says() -> None:
    stop = Stop(id="a", lat=33.0, lon=107.0, is_village=False)
    county = County(code="1", name="县", city="市", lat=33.1, lon=107.0, stops=(stop,))
    (row,) = plan_province([county], BUDGET, Inline())
    assert isinstance(row, Row)
    assert row.metres == 2 * round(1.45 * 11_119.5)
