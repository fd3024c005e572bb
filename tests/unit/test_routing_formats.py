"""Instances of the literature in, lists of customers out, and the two commands over them."""

import json
from pathlib import Path

import pytest

from optimizer.__main__ import main
from optimizer.routing.formats.cvrplib import read_cvrplib
from optimizer.routing.formats.instance import UnreadableInstance
from optimizer.routing.formats.listing import read_listing
from optimizer.routing.formats.solomon import read_solomon
from optimizer.routing.measures import Span

SQUARE_VRP = """NAME : square
TYPE : CVRP
DIMENSION : 5
EDGE_WEIGHT_TYPE : EUC_2D
CAPACITY : 20
NODE_COORD_SECTION
1 0 0
2 10 0
3 10 10
4 0 10
5 -7 -7
DEMAND_SECTION
1 0
2 5
3 5
4 5
5 9
DEPOT_SECTION
 1
 -1
EOF
"""

LINE_TXT = """LINE

VEHICLE
NUMBER     CAPACITY
  2         10

CUSTOMER
CUST NO.   XCOORD.   YCOORD.   DEMAND   READY TIME   DUE DATE   SERVICE TIME

    0      0         0          0          0        100          0
    1      1         1          4          0         50         10
    2      2         2          4         30         40         10
"""


@pytest.fixture
def square(tmp_path: Path) -> Path:
    path = tmp_path / "square.vrp"
    path.write_text(SQUARE_VRP, encoding="utf-8")
    return path


@pytest.fixture
def line(tmp_path: Path) -> Path:
    path = tmp_path / "line.txt"
    path.write_text(LINE_TXT, encoding="utf-8")
    return path


def a_plan(tmp_path: Path, content: object) -> Path:
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_cvrplib_distances_are_rounded_to_the_nearest() -> None:
    problem = read_cvrplib(SQUARE_VRP).problem

    assert problem.roads.metres[0] == (0, 10, 14, 10, 10)
    assert [order.ambient.grams for order in problem.orders] == [5, 5, 5, 9]
    assert len(problem.vehicles) == 5


def test_the_depot_need_not_be_the_first_node() -> None:
    moved = SQUARE_VRP.replace("DEPOT_SECTION\n 1", "DEPOT_SECTION\n 5").replace("5 9", "5 0")

    assert read_cvrplib(moved).problem.roads.metres[0] == (0, 10, 18, 24, 18)


def test_solomon_distances_are_cut_off_after_one_decimal() -> None:
    problem = read_solomon(LINE_TXT).problem

    assert problem.roads.metres[0] == (0, 14, 28)
    assert problem.sites[2].windows == (Span(earliest=300, latest=400),)
    assert problem.sites[2].service_seconds == 100
    assert len(problem.vehicles) == 2


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(SQUARE_VRP.replace("EUC_2D", "EXPLICIT"), id="explicit-distances"),
        pytest.param(SQUARE_VRP.replace("CVRP", "CVRPTW"), id="with-windows"),
        pytest.param(SQUARE_VRP.replace("DEPOT_SECTION", "BACKHAUL_SECTION"), id="backhauls"),
        pytest.param(SQUARE_VRP.replace("DIMENSION : 5", "DISTANCE : 9"), id="longest-route"),
        pytest.param(SQUARE_VRP.replace("CAPACITY : 20", "CAPACITY : 0"), id="no-capacity"),
        pytest.param(SQUARE_VRP.replace("2 10 0\n", ""), id="no-place"),
        pytest.param(SQUARE_VRP.replace("2 5\n", ""), id="no-demand"),
        pytest.param(SQUARE_VRP.replace("2 5\n", "2 5 5\n"), id="too-many-columns"),
    ],
)
def test_what_is_not_plain_cvrplib_is_refused(text: str) -> None:
    with pytest.raises(UnreadableInstance):
        read_cvrplib(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(LINE_TXT.replace("  2         10", ""), id="no-fleet"),
        pytest.param(LINE_TXT[: LINE_TXT.index("    0  ")], id="no-customers"),
        pytest.param(LINE_TXT.replace("30         40", "40         30"), id="reversed-window"),
    ],
)
def test_what_is_not_solomon_is_refused(text: str) -> None:
    with pytest.raises(UnreadableInstance):
        read_solomon(text)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"routes": 1}', '{"routes": [["1"]]}', '{"routes": [[true]]}']
)
def test_what_is_not_a_listing_is_refused(text: str) -> None:
    with pytest.raises(UnreadableInstance):
        read_listing(text)


@pytest.mark.parametrize(("name", "cost", "routes"), [("square", 60, 2), ("line", 5.6, 1)])
def test_a_routed_instance_passes_the_check(
    name: str,
    cost: float,
    routes: int,
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
) -> None:
    instance: Path = request.getfixturevalue(name)
    out = instance.with_suffix(".json")

    routed = main(["route", str(instance), "--seconds", "2", "--seed", "1", "--out", str(out)])
    answer = json.loads(capsys.readouterr().out.splitlines()[-1])
    checked = main(["check", str(instance), str(out)])

    assert routed == 0
    assert answer.pop("seconds") < 10
    assert answer == {"cost": cost, "routes": routes, "unassigned": 0, "checked": True}
    assert checked == 0
    assert capsys.readouterr().out == ""


def test_routing_needs_no_file_for_its_answer(
    line: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["route", str(line), "--seconds", "2"]) == 0
    assert json.loads(capsys.readouterr().out)["checked"] is True


@pytest.mark.parametrize(
    ("routes", "complaints"),
    [
        pytest.param([[1, 2, 3, 4]], ["vehicle 1 is overloaded by 4 g"], id="overload"),
        pytest.param([[1, 2, 3]], ["order 4 is neither delivered nor explained"], id="forgotten"),
        pytest.param([[1, 2, 3], [4, 4]], ["order 4 is in 2 places"], id="twice"),
        pytest.param(
            [[1, 2, 3], [4, 9]],
            ["there is no order 9", "vehicle 2 calls at the unknown site 9"],
            id="unknown",
        ),
        pytest.param([[1], [], [2], [3], [], [], [], [], [4]], [], id="as-many-as-one-likes"),
    ],
)
def test_each_violation_of_a_cvrplib_plan_is_printed(
    routes: list[list[int]],
    complaints: list[str],
    square: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    plan = a_plan(square.parent, {"routes": routes})

    code = main(["check", str(square), str(plan)])

    assert capsys.readouterr().out.splitlines() == complaints
    assert code == (1 if complaints else 0)


def test_lateness_and_a_vehicle_too_many_are_printed(
    line: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = a_plan(line.parent, {"routes": [[2, 1], [], []]})
    strange = LINE_TXT.replace("0          0        100", "0          0         55")
    line.write_text(strange.replace("30         40", "49         50"), encoding="utf-8")

    assert main(["check", str(line), str(plan)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "vehicle 1 serves 1 104 s outside its windows",
        "vehicle 1 is back 168 s after its shift",
    ]

    plan = a_plan(line.parent, {"routes": [[2], [], [1]]})
    assert main(["check", str(line), str(plan)]) == 1
    assert "there is no vehicle 3" in capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("name", ["missing.vrp", "county.json", "county"])
def test_a_file_that_cannot_be_read_is_named(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if not name.startswith("missing"):
        (tmp_path / name).write_text("{}", encoding="utf-8")

    assert main(["route", str(tmp_path / name)]) == 2
    assert Path(name).stem in capsys.readouterr().err


def test_a_search_cut_off_at_once_prints_the_plain_plan(
    square: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["route", str(square), "--seconds", "0.001"]) == 0
    assert json.loads(capsys.readouterr().out)["checked"] is True


@pytest.mark.parametrize("seconds", ["0", "-1", "soon", "nan"])
def test_a_search_needs_a_sensible_time(seconds: str, square: Path) -> None:
    with pytest.raises(SystemExit):
        main(["route", str(square), "--seconds", seconds])
