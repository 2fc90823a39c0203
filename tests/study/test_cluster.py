"""Other processes: results in order, errors where they belong, workers that die, and messages where none can be."""

import logging
import math
import os
import time

import pytest

import sequencer
from sequencer.errors import RunError, SequencerError
from sequencer.study import cluster
from sequencer.study.cluster import Cluster
from sequencer.study.executor import Done


@pytest.fixture(scope="module")
def pair():
    with Cluster(2) as made:
        yield made


def test_a_map_gives_results_in_order_and_raises_where_an_item_failed(pair):
    assert list(pair(math.sqrt, (16, 9, 4))) == [4, 3, 2]
    results = pair.map(math.sqrt, (25, -1, 4))
    assert next(results) == 5
    with pytest.raises(ValueError, match="math domain error|nonnegative"):
        next(results)
    assert list(pair.map(math.sqrt, iter((1,)))) == [1]


def test_tasks_end_in_other_processes_whichever_is_first(pair):
    pair.submit("slow", time.sleep, 0.6)
    pair.submit("quick", abs, -3)
    assert [pair.next_done(), pair.next_done().key] == [Done("quick", 3), "slow"]
    with pytest.raises(LookupError):
        pair.next_done()


def test_a_task_whose_worker_dies_each_time_is_given_up_and_others_are_not(pair):
    pair.submit("deadly", os._exit, 1)
    done = pair.next_done()
    assert (done.key, type(done.error)) == ("deadly", RunError)
    assert "ended 3 times" in str(done.error)
    assert list(pair(math.sqrt, (16, 9))) == [4, 3]


def test_without_the_package_the_remedy_is_told(monkeypatch):
    monkeypatch.setattr(cluster, "installed", lambda: False)
    with pytest.raises(SequencerError, match=r"pip install 'sequencer\[study\]'"):
        Cluster(2)


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch):
    monkeypatch.setitem(cluster.CONFIG, "distributed.comm.timeouts.connect", 0.3)
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.3)
    before = logging.getLogger("distributed").level
    with pytest.raises(RunError, match="no scheduler answers at tcp://127.0.0.1:9"):
        Cluster(address="tcp://127.0.0.1:9")
    assert logging.getLogger("distributed").level == before


def test_workers_suit_cores_and_memory(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)), raising=False)
    pages = {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 7 * 2**18}
    monkeypatch.setattr(os, "sysconf", pages.__getitem__)
    assert cluster.usual_workers() == 3  # 7 GiB hold three solves of 2 GiB
    pages["SC_PHYS_PAGES"] = 2**16
    assert cluster.usual_workers() == 1


# -- a cluster reached by its address ----------------------------------------------------------------------------------


def address_of(made):
    made._client.wait_for_workers(made.workers, timeout=60)  # one that died before is being started again
    return made._client.cluster.scheduler_address


def test_a_cluster_is_reached_by_its_address(pair):
    with Cluster(address=address_of(pair)) as there:
        assert there.workers == 2
        assert list(there(math.sqrt, (16, 9, 4))) == [4, 3, 2]
    assert list(pair(math.sqrt, (1,))) == [1]  # leaving does not end it


def test_workers_that_join_later_are_counted(pair, monkeypatch):
    monkeypatch.setattr(cluster, "POLL_SECONDS", 0.0)
    with Cluster(address=address_of(pair)) as there:
        monkeypatch.setattr("distributed.Client.nthreads", lambda _: dict.fromkeys("abc", 1))
        assert list(there(math.sqrt, (16, 9))) == [4, 3]
        assert there.workers == 3
        monkeypatch.undo()


def test_workers_that_are_not_like_this_process_are_refused(pair, monkeypatch):
    monkeypatch.setattr(sequencer, "__version__", "9.9")
    with pytest.raises(SequencerError, match=r"sequencer \d.* there, 9.9 here. Install the same versions"):
        Cluster(address=address_of(pair))
    monkeypatch.setattr("distributed.Client.nthreads", lambda _: {"tcp://w": 2})
    with pytest.raises(SequencerError, match="--nthreads 1"):
        Cluster(address=address_of(pair))


def test_a_scheduler_that_is_lost_ends_the_work_with_what_to_do():
    here = Cluster(1)
    with Cluster(address=address_of(here)) as there:
        there.submit("long", time.sleep, 60)
        here.submit("mine", time.sleep, 60)
        here.close()
        with pytest.raises(RunError, match="out of reach. What is finished is kept"):
            there.next_done()
        with pytest.raises(RunError, match="out of reach"):
            there.submit("more", abs, 1)
