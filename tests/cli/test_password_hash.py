"""Passwords as IOS keeps them, against published vectors and themselves."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ioscli.cli.password_hash import hashed, hidden, is_hash, matches, revealed

#: Type, what is kept, and the password; the first three are hashcat's examples, `cisco` as
#: type 5 is what course labs show, type 7 is from Cisco's own documents.
VECTORS = [
    (5, "$1$28772684$iEwNOgGugqO9.bIz5sk8k/", "hashcat"),
    (8, "$8$TnGX/fE4KGHOVU$pEhnEvxrvaynpi8j4f.EMHr6M.FzU8xnZnBr/tJdFWk", "hashcat"),
    (9, "$9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6", "hashcat"),
    (8, "$8$dsYGNam3K1SIJO$7nv/35M/qr6t.dVc7UY9zrJDWRVqncHub1PE9UlMQFs", "cisco"),
    (5, "$1$mERr$hx5rVt7rPNoS4wqbXKX7m0", "cisco"),
    (7, "0822455D0A16", "cisco"),
    (7, "094F471A1A0A", "cisco"),
    (0, "cisco", "cisco"),
]


@pytest.mark.parametrize(("kind", "kept", "password"), VECTORS)
def test_published_vectors(kind: int, kept: str, password: str) -> None:
    assert matches(kind, kept, password)
    assert not matches(kind, kept, password + "x")
    assert not matches(kind, kept, "")


@pytest.mark.parametrize("kind", [5, 8, 9])
def test_hashes_depend_on_the_seed_alone(kind: int) -> None:
    made = hashed(kind, "s3cret word", Random(1))
    assert made == hashed(kind, "s3cret word", Random(1))
    assert made != hashed(kind, "s3cret word", Random(2))
    assert is_hash(kind, made)
    assert matches(kind, made, "s3cret word")
    assert not matches(kind, made, "s3cret wor")


@pytest.mark.parametrize(
    ("kind", "text"),
    [(5, ""), (5, "$1$$x"), (8, "$9$a$b"), (9, "clear"), (5, "$1$abcd$" + "!" * 22)],
)
def test_what_is_no_hash_matches_nothing(kind: int, text: str) -> None:
    assert not is_hash(kind, text)
    assert not matches(kind, text, text)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40), st.integers())
def test_type_7_comes_back(password: str, seed: int) -> None:
    assert revealed(hidden(password, Random(seed))) == password


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30))
def test_any_text_as_type_7_is_a_password_or_none(text: str) -> None:
    assert revealed(text) is None or isinstance(revealed(text), str)
