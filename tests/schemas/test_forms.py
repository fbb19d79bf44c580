"""Every vocabulary, one suite: what is asked of one is asked of all."""

import json
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bartizan.schemas import form as forms
from bartizan.schemas.form import Form, FormFault, Invalid, Malformed, form
from bartizan.schemas.violations import MOST
from tests.schemas.suite import BAD, GOOD, ORDER, ROWS, Row, encoded, with_
from tests.schemas.types import ORDERS, plain

FORMS = {name: form(bound, "NewOrder") for name, bound in ORDERS.items()}

every = pytest.mark.parametrize("new_order", FORMS.values(), ids=FORMS)


@every
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_body_gets_the_same_answer_in_every_vocabulary(new_order: Form, row: Row) -> None:
    said = new_order.read(row.body)
    if row.said == GOOD:
        assert not isinstance(said, Malformed | Invalid), said
        assert {"note": None} | plain(said) == {"note": None} | json.loads(row.body)
    elif row.said == BAD:
        assert said == Malformed()
    else:
        assert isinstance(said, Invalid)
        assert {violation.where for violation in said.violations} == set(row.said)
        if row.rule:
            assert {violation.rule for violation in said.violations} == {row.rule}


@every
@pytest.mark.parametrize("row", [row for row in ROWS if row.said not in (GOOD, BAD)],
                         ids=lambda row: row.name)  # fmt: skip
def test_every_refusal_can_be_written_as_json_and_is_short(new_order: Form, row: Row) -> None:
    said = new_order.read(row.body)
    assert all(len(violation.rule) < 100 for violation in said.violations)
    assert 1 <= len(said.violations) <= MOST


CANARY = "canary7Zq"


@every
@pytest.mark.parametrize(
    "body",
    [
        with_(**{CANARY: 1}),
        with_(customer=CANARY * 10),
        with_(total=CANARY),
        with_(price=CANARY),
        with_(gift=CANARY),
        with_(due=CANARY),
        with_(state=CANARY),
        with_(note={CANARY: CANARY}),
        with_(address={CANARY: 1, "street": "x", "city": "y"}),
        with_(address={"street": CANARY, "city": [CANARY]}),
        with_(lines=[{"sku": "x", "amount": CANARY}, {CANARY: CANARY}]),
        with_(labels={CANARY: 1}),
        with_(labels={CANARY: {CANARY: CANARY}}),
        encoded(CANARY),
        encoded([CANARY]),
        encoded({CANARY: CANARY}),
    ],
)
def test_nothing_that_was_sent_is_repeated(new_order: Form, body: bytes) -> None:
    said = new_order.read(body)
    assert isinstance(said, Invalid)
    assert CANARY not in repr(said)


@every
def test_violations_are_bounded(new_order: Form) -> None:
    said = new_order.read(with_(lines=[{}] * 4000, **{f"x{number}": 1 for number in range(100)}))
    assert isinstance(said, Invalid)
    assert 1 <= len(said.violations) <= MOST


@every
def test_of_many_violations_the_first_are_listed(new_order: Form) -> None:
    said = new_order.read(with_(lines=[{}] * 25))
    assert isinstance(said, Invalid)
    one_at_a_time = new_order is FORMS["msgspec"]
    assert len(said.violations) == (1 if one_at_a_time else MOST)


@every
def test_the_typed_object_is_handed_over(new_order: Form) -> None:
    said = new_order.read(encoded(ORDER))
    lines = said["lines"] if isinstance(said, dict) else said.lines
    assert len(lines) == 2


TREES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from([*ORDER, "x"]) | st.text("xyz~/", max_size=3), inner, max_size=5
        )
    ),
    max_leaves=12,
)


@every
@given(tree=TREES)
def test_any_value_is_accepted_or_refused(new_order: Form, tree: Any) -> None:
    said = new_order.read(json.dumps(tree).encode())
    assert isinstance(said, Invalid)  # none of these happens to be an order


@given(change=st.dictionaries(st.sampled_from([*ORDER, "x"]), TREES, max_size=2))
def test_the_vocabularies_agree(change: dict[str, Any]) -> None:
    body = with_(**change)
    said = {name: isinstance(each.read(body), Invalid) for name, each in FORMS.items()}
    assert len(set(said.values())) == 1, said


@every
@given(body=st.binary(max_size=80))
def test_any_bytes_get_an_answer(new_order: Form, body: bytes) -> None:
    assert isinstance(new_order.read(body), Malformed | Invalid)


@every
@given(data=st.data())
def test_any_damage_gets_an_answer(new_order: Form, data: st.DataObject) -> None:
    good = encoded(ORDER)
    at = data.draw(st.integers(0, len(good)))
    cut = data.draw(st.integers(0, 4))
    new_order.read(good[:at] + data.draw(st.binary(max_size=6)) + good[at + cut :])


# ------------------------------------------------------------------ choosing a vocabulary


def test_nothing_of_the_extras_is_imported_before_it_is_used() -> None:
    import subprocess

    code = (
        "import sys, bartizan.schemas.form, bartizan.schemas.query, bartizan.schemas.output\n"
        "assert not {'pydantic', 'jsonschema_rs'} & set(sys.modules)\n"
        "import msgspec\n"
        "class A(msgspec.Struct, forbid_unknown_fields=True): a: int\n"
        "assert bartizan.schemas.form.form(A, 'A').read(b'{\"a\":1}') == A(1)\n"
        "assert not {'pydantic', 'jsonschema_rs'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("bound", "module", "extra"),
    [({}, "jsonschema_rs", "bartizan[schema]"), (ORDERS["pydantic"], "pydantic", "[pydantic]")],
)
def test_a_missing_extra_says_what_to_install(
    bound: Any, module: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(name: str) -> Any:
        raise ImportError(f"No module named {module}", name=module)

    monkeypatch.setattr(forms.importlib, "import_module", away)
    with pytest.raises(FormFault, match="pip install") as fault:
        form(bound, "NewOrder")
    assert extra in str(fault.value)
    assert module in str(fault.value)
