from __future__ import annotations

import string

from hypothesis import given
from hypothesis import strategies as st

from bridge.practice.org.ids import IdSequence, canonical_id, with_suffix

ID15 = st.text(string.ascii_letters + string.digits, min_size=15, max_size=15)


def test_the_suffix_of_a_known_id_is_the_platforms() -> None:
    assert with_suffix("a001a000002zhZK") == "a001a000002zhZKAAY"


@given(ID15, ID15)
def test_ids_that_differ_in_case_alone_stay_distinct_where_case_is_lost(a: str, b: str) -> None:
    assert (a == b) == (with_suffix(a).lower() == with_suffix(b).lower())


@given(ID15)
def test_both_forms_of_an_id_have_one_canonical_form(id15: str) -> None:
    assert canonical_id(id15) == canonical_id(with_suffix(id15)) == with_suffix(id15)


def test_ids_of_an_object_carry_its_prefix_and_never_repeat() -> None:
    sequence = IdSequence("a0B")
    ids = [sequence.next() for _ in range(5000)]
    assert len(set(ids)) == 5000
    assert all(i.startswith("a0B") and len(i) == 18 and canonical_id(i[:15]) == i for i in ids)
