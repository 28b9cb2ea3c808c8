"""Phases of a stack: what tells them apart, their order and names, and what they lack."""

import pytest

from precedent_viewer.model.phases import Phases, find_phases

Said = dict[str, float | str]


def phases(*places: list[Said]) -> Phases | None:
    """Number the images place after place."""
    said = [one for place in places for one in place]
    numbers = iter(range(len(said)))
    return find_phases([[next(numbers) for _ in place] for place in places], said)


def test_one_image_a_place_is_no_phase() -> None:
    assert phases([{"echo": 1.0}], [{"echo": 2.0}]) is None


def test_images_that_say_nothing_follow_their_files() -> None:
    found = phases([{}, {}], [{}, {}])
    assert found == Phases(((0, 2), (1, 3)), ("Phase 1", "Phase 2"))


def test_the_telling_attribute_decides_the_order_not_the_file() -> None:
    found = phases([{"b": 800.0}, {"b": 0.0}], [{"b": 0.0}, {"b": 800.0}])
    assert found == Phases(((1, 2), (0, 3)), ("b 0", "b 800"))


def test_directions_of_one_b_value_are_numbered_as_they_come() -> None:
    place: list[Said] = [
        {"b": 1000.0, "direction": "1 0 0"},
        {"b": 0.0, "direction": ""},
        {"b": 1000.0, "direction": "0 1 0"},
    ]
    found = phases(place, place)
    assert found is not None
    assert found.order == ((1, 4), (0, 3), (2, 5))
    assert found.names == ("b 0", "b 1000, direction 1", "b 1000, direction 2")


def test_b_values_without_directions_are_numbered() -> None:
    place: list[Said] = [{"b": 0.0}, {"b": 1000.0}, {"b": 1000.0}]
    found = phases(place, place)
    assert found is not None
    assert found.names == ("b 0", "b 1000, no. 1", "b 1000, no. 2")


def test_parts_of_image_type_are_named_in_words() -> None:
    place: list[Said] = [{"kind": "M\\ND"}, {"kind": "P\\ND"}]
    found = phases(place, place)
    assert found is not None
    assert found.names == ("Magnitude", "Phase image")


def test_dixon_images_have_the_names_that_readers_use() -> None:
    place: list[Said] = [{"kind": f"DIXON\\{part}"} for part in ("W", "F", "IN_PHASE")]
    found = phases(place, place)
    assert found is not None
    assert found.names == ("Water", "Fat", "In phase")


def test_a_clock_that_differs_from_place_to_place_orders_and_gives_seconds() -> None:
    found = phases(
        [{"clock": 42.5}, {"clock": 30.0}, {"clock": 36.0}],
        [{"clock": 31.0}, {"clock": 43.5}, {"clock": 37.0}],
    )
    assert found is not None
    assert found.order == ((1, 3), (2, 5), (0, 4))
    assert found.names == ("Phase 1, 0 s", "Phase 2, 6 s", "Phase 3, 12.5 s")


def test_what_varies_at_few_places_tells_nothing() -> None:
    found = phases(
        [{"echo": 5.0, "time": 2.0}, {"echo": 5.0, "time": 1.0}],
        [{"echo": 5.0, "time": 1.0}, {"echo": 9.0, "time": 2.0}],
        [{"echo": 5.0, "time": 1.0}, {"echo": 5.0, "time": 2.0}],
    )
    assert found is not None
    assert found.order == ((1, 2, 4), (0, 3, 5))
    assert found.names == ("Phase 1", "Phase 2")


def test_names_are_not_given_where_places_disagree() -> None:
    found = phases([{"b": 0.0}, {"b": 500.0}], [{"b": 0.0}, {"b": 900.0}])
    assert found is not None
    assert found.names == ("Phase 1", "Phase 2")


def test_a_missing_image_is_counted_and_the_others_keep_their_phases() -> None:
    both: list[Said] = [{"echo": 2.0}, {"echo": 7.0}]
    found = phases(both, [{"echo": 7.0}], both)
    assert found is not None
    assert (found.order, found.missing) == (((0, 3), (1, 2, 4)), 1)


@pytest.mark.parametrize("last", [[{"echo": 2.0}], [{"echo": 2.0}, {"echo": 2.0}, {"echo": 7.0}]])
def test_repeats_without_a_pattern_are_no_phases(last: list[Said]) -> None:
    assert phases([{"echo": 2.0}], [{"echo": 2.0}, {"echo": 2.0}], last) is None


def test_a_pattern_that_lacks_most_is_no_pattern() -> None:
    rest: list[list[Said]] = [[{"echo": 2.0}] for _ in range(9)]
    assert phases([{"echo": 2.0}, {"echo": 4.0}, {"echo": 6.0}], *rest) is None


def test_an_attribute_that_only_some_files_have_gives_no_name() -> None:
    some: list[Said] = [{"echo": 2.0}, {"echo": 7.0}]
    nothing: list[Said] = [{}, {}]
    found = phases(some, *[nothing] * 20, some)
    assert found is not None
    assert len(found.order) == 2
    assert found.names == ("Phase 1", "Phase 2")
