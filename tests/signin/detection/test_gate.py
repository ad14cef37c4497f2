import time

from signin.detection.gate import Gate


def test_only_so_many_are_inside_at_once() -> None:
    gate = Gate(at_once=2, troubles=2, seconds=60)
    assert [gate.enter(), gate.enter(), gate.enter()] == [True, True, False]
    gate.leave(good=True)
    assert gate.enter()


def test_after_trouble_they_go_one_by_one_until_all_is_well() -> None:
    gate = Gate(at_once=5, troubles=3, seconds=60)
    gate.enter()
    gate.leave(good=False)
    assert [gate.enter(), gate.enter()] == [True, False]
    gate.leave(good=None)
    assert [gate.enter(), gate.enter()] == [True, False], "nothing was tried"
    gate.leave(good=True)
    assert [gate.enter(), gate.enter()] == [True, True]


def test_after_trouble_in_a_row_nobody_goes_for_a_while_and_then_one_tries() -> None:
    gate = Gate(at_once=5, troubles=2, seconds=0.1)
    for _ in range(2):
        assert gate.enter()
        gate.leave(good=False)
    assert not gate.enter()
    time.sleep(0.15)
    assert [gate.enter(), gate.enter()] == [True, False]
    gate.leave(good=False)
    assert not gate.enter(), "the one was enough"


def test_it_stays_shut_for_the_longest_time_that_was_asked_for() -> None:
    gate = Gate(at_once=5, troubles=2, seconds=60)
    gate.shut(60)
    gate.shut(0)
    assert not gate.enter()
