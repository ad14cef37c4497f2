import time

from latchkey.infra.circuit_breaker import CircuitBreaker


def test_only_so_many_are_inside_at_once() -> None:
    breaker = CircuitBreaker(at_once=2, troubles=2, seconds=60)
    assert [breaker.enter(), breaker.enter(), breaker.enter()] == [True, True, False]
    breaker.leave(good=True)
    assert breaker.enter()


def test_after_trouble_they_go_one_by_one_until_all_is_well() -> None:
    breaker = CircuitBreaker(at_once=5, troubles=3, seconds=60)
    breaker.enter()
    breaker.leave(good=False)
    assert [breaker.enter(), breaker.enter()] == [True, False]
    breaker.leave(good=None)
    assert [breaker.enter(), breaker.enter()] == [True, False], "nothing was tried"
    breaker.leave(good=True)
    assert [breaker.enter(), breaker.enter()] == [True, True]


def test_after_trouble_in_a_row_nobody_goes_for_a_while_and_then_one_tries() -> None:
    breaker = CircuitBreaker(at_once=5, troubles=2, seconds=0.1)
    for _ in range(2):
        assert breaker.enter()
        breaker.leave(good=False)
    assert not breaker.enter()
    time.sleep(0.15)
    assert [breaker.enter(), breaker.enter()] == [True, False]
    breaker.leave(good=False)
    assert not breaker.enter(), "the one was enough"


def test_it_stays_shut_for_the_longest_time_that_was_asked_for() -> None:
    breaker = CircuitBreaker(at_once=5, troubles=2, seconds=60)
    breaker.shut(60)
    breaker.shut(0)
    assert not breaker.enter()
