"""Lines that take turns: who comes when, what the bound is, how waiting ends."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precedent_inference.errors import EngineBusy
from precedent_inference.serving.fair_queue import FairQueue


def filled(*items: str, limit: int = 99) -> FairQueue[str]:
    """A queue of items whose first letter is their client."""
    queue: FairQueue[str] = FairQueue(limit)
    for item in items:
        queue.put(item[0], item)
    return queue


def taken(queue: FairQueue[str]) -> list[str | None]:
    return [queue.get() for _ in range(len(queue))]


def test_one_client_is_served_in_order() -> None:
    assert taken(filled("a1", "a2", "a3")) == ["a1", "a2", "a3"]


def test_clients_take_turns_whoever_asked_most() -> None:
    assert taken(filled("a1", "a2", "a3", "b1", "c1", "b2")) == ["a1", "b1", "c1", "a2", "b2", "a3"]


def test_who_was_served_comes_after_those_who_wait() -> None:
    queue = filled("a1", "a2", "b1")
    assert queue.get() == "a1"
    queue.put("c", "c1")
    assert queue.order() == ["b1", "a2", "c1"]


@given(st.lists(st.sampled_from("abc"), max_size=12))
def test_the_order_told_is_the_order_kept(clients: list[str]) -> None:
    queue = filled(*(f"{client}{at}" for at, client in enumerate(clients)))
    assert queue.order() == taken(queue)


@given(st.lists(st.sampled_from("abcd"), min_size=1, max_size=16))
def test_nobody_is_served_twice_while_another_waits(clients: list[str]) -> None:
    order = filled(*(f"{client}{at}" for at, client in enumerate(clients))).order()
    for at, item in enumerate(order):
        since = [other[0] for other in order[:at]]
        for other in {later[0] for later in order[at:]} - {item[0]}:
            assert since.count(item[0]) <= since.count(other)


def test_an_item_can_leave_its_line() -> None:
    queue = filled("a1", "b1", "a2")
    assert queue.remove("b1")
    assert not queue.remove("b1")
    assert taken(queue) == ["a1", "a2"]


def test_a_full_queue_refuses_with_its_bound() -> None:
    queue = filled("a1", "b1", limit=2)
    with pytest.raises(EngineBusy, match="The line is full: 2 questions wait"):
        queue.put("c", "c1")
    assert queue.get() == "a1"
    queue.put("c", "c1")


def test_closing_wakes_the_worker_and_gives_back_what_waits() -> None:
    queue: FairQueue[str] = FairQueue(9)
    found: list[str | None] = []
    worker = threading.Thread(target=lambda: found.append(queue.get()), daemon=True)
    worker.start()
    assert queue.close() == []
    worker.join(10)
    assert found == [None]
    assert filled("a1", "b1").close() == ["a1", "b1"]
