"""PyJWT and joserfc as oracles: whatever we accept they accept, and read the same claims."""

import json
from datetime import UTC, datetime
from typing import Any

import jwt as pyjwt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jwt as joserfc
from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry

from bartizan.credentials.frozen import thaw
from bartizan.model.subject import Subject
from tests.credentials import forge
from tests.credentials.forge import CLAIMS, HEADER, NOW, ec_key

VERIFIER = forge.verifier(lifetime=0, tenant="", roles="")
KEY = ECKey.import_key(forge.public_jwk("k1", ec_key()))
PUBLIC = ec_key().public_key()
LOOSE = JWSRegistry(algorithms=["ES256"], strict_check_header=False)
"""Header parameters that nobody knows are ignored (RFC 7515 section 4)."""

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.text(max_size=8)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip

whole_floats = st.integers(NOW - 5, NOW + 5).map(float)

near_claims = st.fixed_dictionaries(
    {},
    optional={
        # PyJWT drops the fraction of an exp; whole seconds are read alike.
        "exp": st.integers(NOW - 5, NOW + 5) | whole_floats | json_values,
        "nbf": st.integers(NOW - 5, NOW + 5) | json_values,
        "iat": st.integers(NOW - 5, NOW + 5) | json_values,
        "aud": st.just("orders") | st.lists(st.sampled_from(["orders", "x"])) | json_values,
        "sub": st.text(max_size=5) | json_values,
        "jti": st.text(max_size=5) | json_values,
        "scope": st.just("a b") | json_values,
        "extra": json_values,
    },
)


class Clock(datetime):
    """What PyJWT takes for the time."""

    @classmethod
    def now(cls, tz: Any = None) -> datetime:
        return datetime.fromtimestamp(NOW, tz or UTC)


def by_pyjwt(token: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Its claims, checked as strictly as it can; raises where it refuses."""
    monkeypatch.setattr("jwt.api_jwt.datetime", Clock)
    claims: dict[str, Any] = pyjwt.decode(
        token, PUBLIC, algorithms=["ES256"], audience="orders", issuer=forge.ISSUER,
        options={"require": ["exp", "iss", "aud", "sub"]},
    )  # fmt: skip
    return claims


def by_joserfc(token: str) -> dict[str, Any]:
    """Its claims; raises where it refuses."""
    read = joserfc.decode(token, KEY, algorithms=["ES256"])
    joserfc.JWTClaimsRegistry(
        now=NOW,
        iss={"essential": True, "value": forge.ISSUER},
        aud={"essential": True, "value": "orders"},
        exp={"essential": True},
        sub={"essential": True},
    ).validate(read.claims)
    return dict(read.claims)


@settings(max_examples=200, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(changes=near_claims)
def test_what_we_accept_they_accept(
    changes: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    token = forge.claiming(**changes)
    verified = VERIFIER.verify(token)
    if isinstance(verified, Subject):
        ours = thaw(verified.claims)
        assert ours == by_pyjwt(token, monkeypatch) == by_joserfc(token)
        assert ours == {**CLAIMS, **changes}


@settings(max_examples=100, deadline=None)
@given(
    header=st.dictionaries(
        st.sampled_from(["alg", "kid", "typ", "cty", "crit", "x"]),
        st.sampled_from(["ES256", "k1", "at+jwt", "none", ""]) | json_values,
    )
)
def test_headers_are_read_alike(header: dict[str, Any]) -> None:
    token = forge.token(header)
    if isinstance(VERIFIER.verify(token), Subject):
        assert pyjwt.get_unverified_header(token) == {**HEADER, **header}
        assert joserfc.decode(token, KEY, registry=LOOSE).header == {**HEADER, **header}


def test_the_oracles_are_awake(monkeypatch: pytest.MonkeyPatch) -> None:
    """They accept the honest token and refuse a forged one: their agreement says something."""
    assert by_pyjwt(forge.token(), monkeypatch) == by_joserfc(forge.token()) == dict(CLAIMS)
    forged = forge.token(sign=forge.always(bytes(64)))
    with pytest.raises(pyjwt.InvalidSignatureError):
        by_pyjwt(forged, monkeypatch)
    with pytest.raises(Exception, match="bad_signature"):
        by_joserfc(forged)


def test_numbers_keep_their_value() -> None:
    changes = {"a": 0.1, "b": 1e-300, "c": -0.0, "d": 12345678901234567}
    verified = VERIFIER.verify(forge.claiming(**changes))
    assert isinstance(verified, Subject)
    assert json.dumps(thaw(verified.claims)) == json.dumps({**CLAIMS, **changes})
