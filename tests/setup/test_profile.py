"""A profile more in a settings file; all else of it stays."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import SettingsError
from bridge.setup import has_profile, said_beside, with_profile
from bridge.setup.profile import NAME, Value

texts = st.text(st.characters(exclude_categories=["Cs"]))
names = st.from_regex(NAME, fullmatch=True)
keys = st.from_regex(r"[a-z_]{1,12}", fullmatch=True)
references = st.one_of(
    st.fixed_dictionaries({"env": texts}),
    st.fixed_dictionaries({"command": st.lists(texts, min_size=1).map(tuple)}),
)
values: st.SearchStrategy[dict[str, Value]] = st.dictionaries(keys, texts | references)

BEFORE = """\
# Ours.
bridge_max_refused = "5%"   # of a morning

[profiles.production]  # careful
sf_client_id = "A"
[profiles.production.sf_client_secret]
env = "SECRET"

[profiles.sandbox]
sf_client_id = "B"
"""


def plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return list(value) if isinstance(value, tuple) else value


@given(names, values, values)
def test_what_is_written_is_what_is_read_the_newest_alone(
    name: str, first: dict[str, Value], second: dict[str, Value]
) -> None:
    text = with_profile("", name, first)
    assert tomllib.loads(text) == {"profiles": {name: plain(first)}}
    assert tomllib.loads(with_profile(text, name, second)) == {"profiles": {name: plain(second)}}


@given(values)
def test_all_else_of_the_file_stays_as_it_stands(new: dict[str, Value]) -> None:
    more = with_profile(BEFORE, "trial", new)
    assert more.startswith(BEFORE)
    replaced = with_profile(BEFORE, "production", new)
    assert "# careful" not in replaced
    assert replaced.startswith('# Ours.\nbridge_max_refused = "5%"   # of a morning\n')
    told = tomllib.loads(replaced)["profiles"]
    assert told == {"sandbox": {"sf_client_id": "B"}, "production": plain(new)}


def test_a_comment_above_a_heading_stays_with_that_heading() -> None:
    text = (
        "[profiles.uat]\na = 1\n# of uat\nb = 2\n\n"
        '# Careful.\n[profiles.production]\nc = "\u2028"\n'
    )
    replaced = with_profile(text, "uat", {})
    assert "# of uat" not in replaced
    assert '\n# Careful.\n[profiles.production]\nc = "\u2028"\n' in replaced


def test_what_nobody_is_asked_for_is_known() -> None:
    text = (
        '[profiles.uat]\nbridge_max_refused = 5\nbridge_approve = ["lossless"]\n'
        'bridge_settle_seconds = 2.5\nbridge_assume_visible = true\nsf_client_id = "A"\n'
        'gotallo_api_token = {env = "B"}\n'
    )
    said = said_beside(text, "uat")
    assert said == {
        "bridge_max_refused": 5,
        "bridge_approve": ["lossless"],
        "bridge_settle_seconds": 2.5,
        "bridge_assume_visible": True,
    }
    assert tomllib.loads(with_profile(text, "uat", said))["profiles"]["uat"] == said
    assert said_beside(text, "trial") == said_beside("", "uat") == {}


def test_a_profile_is_known_by_its_name() -> None:
    assert has_profile(BEFORE, "sandbox")
    assert not has_profile(BEFORE, "trial")
    assert not has_profile("", "trial")


def test_a_profile_in_another_form_is_left_alone() -> None:
    with pytest.raises(SettingsError, match="in a form that can't be replaced"):
        with_profile('profiles = {sandbox = {sf_client_id = "A"}}', "sandbox", {})
