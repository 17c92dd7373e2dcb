"""Lists that find a line without a walk, held against lists that walk."""

from ipaddress import IPv4Address, IPv4Network

from hypothesis import given
from hypothesis import strategies as st

from ioscli.model.access_list import AccessEntry, AccessList, AccessListKind, AddressMatch
from ioscli.model.config import StaticRoute
from ioscli.model.prefix_list import PrefixEntry, PrefixList
from ioscli.model.static_routes import StaticRoutes

NUMBERS = st.integers(1, 9)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), NUMBERS, st.just(0)),
        st.tuples(st.just("put"), NUMBERS, st.integers(1, 40)),
        st.tuples(st.just("remove"), NUMBERS, st.integers(1, 40)),
        st.tuples(st.just("resequence"), NUMBERS, NUMBERS),
    ),
    max_size=30,
)


def entry(number: int) -> AccessEntry:
    return AccessEntry(True, source=AddressMatch(number, 0))


def prefix(number: int) -> PrefixEntry:
    return PrefixEntry(True, IPv4Network((number << 8, 24)))


@given(STEPS)
def test_an_access_list_is_in_order_whatever_is_done_to_it(
    steps: list[tuple[str, int, int]],
) -> None:
    made = AccessList("X", AccessListKind.EXTENDED)
    walked: dict[int, AccessEntry] = {}
    for what, number, at in steps:
        line = entry(number)
        if what == "remove":
            assert made.remove(at) is (walked.pop(at, None) is not None)
        elif what == "resequence":
            made.resequence(number, at)
            walked = {number + at * place: it for place, it in enumerate(walked.values())}
        elif line in walked.values():
            assert walked[made.find(line) or 0] == line
        elif what == "append":
            sequence = max(walked, default=0) + 10
            assert made.append(line) == sequence
            walked[sequence] = line
        else:
            made.put(at, line)
            walked[at] = line
        walked = dict(sorted(walked.items()))
        assert made.last == max(walked, default=0)
        assert {made.find(entry(it)) for it in range(10)} - {None} == set(walked)
    assert list(made.lines.items()) == list(walked.items())


@given(STEPS)
def test_a_prefix_list_is_in_order_whatever_is_done_to_it(
    steps: list[tuple[str, int, int]],
) -> None:
    made = PrefixList("X")
    walked: dict[int, PrefixEntry] = {}
    for what, number, at in steps:
        line = prefix(number)
        if what == "remove":
            made.remove(at)
            walked.pop(at, None)
        elif line in walked.values():
            assert walked[made.find(line) or 0] == line
        elif what == "append":
            sequence = max(walked, default=0) + 5
            assert made.append(line) == sequence
            walked[sequence] = line
        else:
            made.put(at, line)
            walked[at] = line
        assert {made.find(prefix(it)) for it in range(10)} - {None} == set(walked)
    assert list(made.entries.items()) == sorted(walked.items())


def test_remarks_go_with_the_line_behind_them_also_out_of_order() -> None:
    made = AccessList("X", AccessListKind.EXTENDED)
    made.append(entry(1))
    made.remark("last")
    made.put(5, entry(2))
    assert made.remarks == {0: ["last"]}
    made.append(entry(3))
    assert made.remarks == {20: ["last"]}
    made.put(15, entry(4))
    made.remove(20)
    assert made.remarks == {0: ["last"]}
    assert list(made.lines) == [5, 10, 15]
    made.remove(5)
    made.remove(15)
    assert made.append(entry(5)) == 20


def test_lists_that_say_the_same_are_equal_however_they_were_typed() -> None:
    one, other = (AccessList("X", AccessListKind.EXTENDED) for _ in range(2))
    for number in (1, 2, 3):
        one.put(number, entry(number))
    for number in (3, 1, 2):
        other.put(number, entry(number))
    assert one == other
    assert list(other.lines) == [1, 2, 3]
    assert one.resequence(10, 10) is None
    assert one != other


def route(number: int, hop: int = 1, distance: int = 1, vrf: str = "") -> StaticRoute:
    return StaticRoute(
        IPv4Network((number << 8, 24)), IPv4Address(hop), None, distance=distance, vrf=vrf
    )


def test_a_static_route_takes_the_place_of_one_that_leads_the_same_way() -> None:
    made = StaticRoutes()
    for line in (route(1), route(2), route(1, hop=2), route(1, vrf="BLUE"), route(1, distance=9)):
        made.set(line)
    assert made == [route(1, distance=9), route(2), route(1, hop=2), route(1, vrf="BLUE")]


def test_static_routes_that_others_changed_are_found_where_they_are() -> None:
    made = StaticRoutes([route(1), route(2), route(3)])
    made.set(route(4))
    del made[0]
    made.set(route(3, distance=9))
    made.set(route(1))
    assert made == [route(2), route(3, distance=9), route(4), route(1)]
    made[:] = [route(4), route(3)]
    made.set(route(3, distance=8))
    made.insert(0, route(5))
    made.set(route(4, distance=7))
    made.append(route(6))
    made.set(route(6, distance=6))
    made.remove(route(5))
    made.set(route(4, distance=5))
    assert made == [route(4, distance=5), route(3, distance=8), route(6, distance=6)]
    assert made == StaticRoutes(made)
    assert made != StaticRoutes(made[1:])
