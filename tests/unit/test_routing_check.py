"""The judge accepts a good plan and names every way to spoil it."""

from dataclasses import replace

from optimizer.routing.check import violations
from optimizer.routing.plan import Cost, Plan, Reason, Unassigned
from optimizer.routing.problem import Problem
from optimizer.routing.violation import Kind
from tests.factories.routing import (
    BOTH_SERVED,
    EIGHT,
    TWO_CLINICS,
    a_day,
    a_site,
    a_vehicle,
    an_order,
)

RUN = BOTH_SERVED.routes[0]
NEAR, FAR = RUN.stops


def complaints(problem: Problem, plan: Plan) -> list[str]:
    return [str(violation) for violation in violations(problem, plan)]


def test_a_feasible_plan_has_no_violations() -> None:
    assert violations(TWO_CLINICS, BOTH_SERVED) == ()


def test_the_price_of_the_plan_is_the_sum_of_its_parts() -> None:
    assert BOTH_SERVED.cost == Cost(
        distance_fen=4000, driver_fen=3000, vehicle_fen=10_000, stop_fen=400
    )
    assert BOTH_SERVED.cost.total_fen == 17_400
    assert BOTH_SERVED.metres == 40_000


def test_a_forgotten_order_is_named() -> None:
    assert complaints(TWO_CLINICS, Plan(routes=())) == [
        "order dry is neither delivered nor explained",
        "order vaccine is neither delivered nor explained",
    ]


def test_an_overload_is_named_in_grams_and_in_cm3() -> None:
    small = replace(TWO_CLINICS, vehicles=(a_vehicle("van", kilograms=9, cold=9),))

    assert complaints(small, BOTH_SERVED) == [
        "vehicle van is overloaded by 1000 g",
        "vehicle van is overfull by 1000 cm³",
        "the cold compartment of van is overloaded by 1000 g",
        "the cold compartment of van is overfull by 1000 cm³",
    ]


def test_vaccine_needs_a_cold_compartment() -> None:
    warm = replace(TWO_CLINICS, vehicles=(a_vehicle("van"),))

    assert complaints(warm, BOTH_SERVED) == ["vehicle van cannot cool order vaccine"]


def test_a_late_service_is_named() -> None:
    early = replace(
        TWO_CLINICS,
        sites=(
            TWO_CLINICS.sites[0],
            a_site("near", (EIGHT, EIGHT + 500), (EIGHT + 700, EIGHT + 800)),
            TWO_CLINICS.sites[2],
        ),
    )

    assert complaints(early, BOTH_SERVED) == ["vehicle van serves near 100 s outside its windows"]


def test_a_run_that_arrives_faster_than_the_roads_allow_is_named() -> None:
    flying = replace(FAR, arrive=FAR.arrive - 60)
    plan = Plan(routes=(replace(RUN, stops=(NEAR, flying)),))

    assert complaints(TWO_CLINICS, plan) == ["vehicle van arrives at far 60 s off the roads' time"]


def test_waiting_for_a_window_is_no_violation() -> None:
    later = replace(FAR, start=FAR.start + 60, leave=FAR.leave + 60)
    cost = replace(RUN.cost, driver_fen=3060)
    plan = Plan(routes=(replace(RUN, stops=(NEAR, later), back=RUN.back + 60, cost=cost),))

    assert violations(TWO_CLINICS, plan) == ()


def test_a_stay_behind_needs_a_true_reason() -> None:
    day = a_day([a_site("near")], [an_order("safe", to="near", kilograms=500)], a_vehicle("van"))
    truth = Plan(routes=(), unassigned=(Unassigned(order_id="safe", reason=Reason.TOO_BIG),))
    excuse = Plan(routes=(), unassigned=(Unassigned(order_id="safe", reason=Reason.FLEET_FULL),))

    assert violations(day, truth) == ()
    assert [one.kind for one in violations(day, excuse)] == [Kind.WRONG_REASON]


def test_every_kind_has_its_sentence() -> None:
    strange = Plan(
        routes=(
            replace(RUN, vehicle_id="ghost"),
            replace(RUN, stops=()),
            replace(RUN, stops=(replace(NEAR, site_id="nowhere", order_ids=("none",)),)),
        ),
        unassigned=(Unassigned(order_id="unheard", reason=Reason.TOO_BIG),),
    )

    assert complaints(TWO_CLINICS, strange) == [
        "there is no order none",
        "there is no order unheard",
        "vehicle van has 2 runs",
        "there is no vehicle ghost",
        "vehicle van runs without a stop",
        "vehicle van arrives at depot 3000 s off the roads' time",
        "the run of van is stated 40000 m off the roads' distance",
        "the run of van is stated 4400 fen off its cost card",
        "vehicle van calls at the unknown site nowhere",
    ]
