"""Executors give the results of a function in the order of its items."""

import pytest

from sequencer.study.executor import Done, SerialExecutor, serial


def half(number: int) -> float:
    return 12 / number


def test_a_mapper_is_called_as_map_is():
    assert list(serial(half, (1, 2, 3))) == [12, 6, 4]
    with SerialExecutor() as executor:
        assert list(executor(half, iter((1, 2, 3)))) == [12, 6, 4]
        assert list(executor.map(half, ())) == []


def test_an_error_comes_where_its_item_does_and_drops_the_rest():
    executor = SerialExecutor()
    results = executor.map(half, (4, 0, 3))
    assert next(results) == 3
    with pytest.raises(ZeroDivisionError):
        next(results)
    with pytest.raises(LookupError):
        executor.next_done()


def test_items_are_taken_as_they_are_needed():
    taken = []

    def endless():
        while True:
            taken.append(len(taken) + 1)
            yield taken[-1]

    results = SerialExecutor().map(half, endless())
    assert [next(results), next(results)] == [12, 6]
    assert len(taken) <= 4


def test_one_map_at_a_time():
    executor = SerialExecutor()
    first = executor.map(half, (1, 2))
    next(first)
    with pytest.raises(RuntimeError, match="one map at a time"):
        next(executor.map(half, (1,)))
    first.close()
    assert list(executor.map(half, (6,))) == [2]


def test_tasks_are_told_of_by_key_with_their_value_or_error():
    executor = SerialExecutor()
    executor.submit("good", half, 3)
    executor.submit("bad", half, 0)
    assert executor.next_done() == Done("good", 4)
    bad = executor.next_done()
    assert (bad.key, bad.value, type(bad.error)) == ("bad", None, ZeroDivisionError)
