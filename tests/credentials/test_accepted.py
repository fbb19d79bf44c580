"""What an honest issuer may write is accepted, and says what it says."""

from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes

from bartizan.credentials.jwt import Verifier
from bartizan.credentials.keys import KeyFault, KeyRing
from bartizan.model.subject import Subject
from tests.credentials import forge
from tests.credentials.forge import GONE, NOW, claiming, heading, identity, ring, verifier


def accepted(verified: Subject | str) -> Subject:
    assert isinstance(verified, Subject), verified
    return verified


@pytest.mark.parametrize(
    ("alg", "key", "sign"),
    [
        ("HS256", forge.secret_jwk("k1"), forge.hs()),
        ("HS384", forge.secret_jwk("k1", forge.SECRET * 2 + b"x"),
         forge.hs(forge.SECRET * 2 + b"x", "sha384")),
        ("HS512", forge.secret_jwk("k1", forge.SECRET * 2 + b"x"),
         forge.hs(forge.SECRET * 2 + b"x", "sha512")),
        ("RS256", forge.public_jwk("k1", forge.rsa_key()), forge.rs()),
        ("RS384", forge.public_jwk("k1", forge.rsa_key()), forge.rs(digest=hashes.SHA384())),
        ("RS512", forge.public_jwk("k1", forge.rsa_key()), forge.rs(digest=hashes.SHA512())),
        ("PS256", forge.public_jwk("k1", forge.rsa_key()), forge.ps()),
        ("PS384", forge.public_jwk("k1", forge.rsa_key()), forge.ps(hashes.SHA384())),
        ("PS512", forge.public_jwk("k1", forge.rsa_key()), forge.ps(hashes.SHA512())),
        ("ES256", forge.public_jwk("k1", forge.ec_key()), forge.es()),
        ("ES384", forge.public_jwk("k1", forge.ec_key("P-384")),
         forge.es(forge.ec_key("P-384"), hashes.SHA384())),
        ("ES512", forge.public_jwk("k1", forge.ec_key("P-521")),
         forge.es(forge.ec_key("P-521"), hashes.SHA512())),
        ("EdDSA", forge.public_jwk("k1", forge.ed_key()), forge.ed()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_every_algorithm(alg: str, key: dict[str, Any], sign: forge.Sign) -> None:
    keys = ring((alg,), {**key, "alg": alg})
    judge = Verifier({"main": identity(algorithms=(alg,))}, {"main": keys}, clock=lambda: NOW)
    assert accepted(judge.verify(forge.token({"alg": alg}, sign=sign))).id == "alice"
    assert judge.verify(forge.token({"alg": alg}, sign=lambda m: sign(m + b"x"))) == (
        "token_signature"
    )


def test_a_salt_of_another_length_is_another_algorithm() -> None:
    keys = ring(("PS256",), forge.public_jwk("k1", forge.rsa_key()))
    judge = Verifier({"main": identity(algorithms=("PS256",))}, {"main": keys}, clock=lambda: NOW)
    for salt in (0, 20, 31, 33, 64):
        token = forge.token({"alg": "PS256"}, sign=forge.ps(salt=salt))
        assert judge.verify(token) == "token_signature"


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"])
def test_the_type_is_a_media_type(typ: str) -> None:
    accepted(verifier().verify(heading(typ=typ)))
    accepted(verifier(typ="application/at+jwt").verify(heading(typ=typ)))


@pytest.mark.parametrize("typ", [GONE, "JWT", "jwt", "application/jwt", "at+jwt"])
def test_any_type_is_one_that_names_no_other_kind(typ: object) -> None:
    accepted(verifier().verify(forge.from_legacy({"typ": typ})))


@pytest.mark.parametrize(
    ("name", "word"),
    [("token_use", "access"), ("typ", "Bearer"), ("type", "access"), ("token_type", "access"),
     ("token_type", "Bearer"), ("type", "user")],
)  # fmt: skip
def test_claims_that_say_access_token_or_nothing_of_it(name: str, word: str) -> None:
    accepted(verifier().verify(forge.from_legacy(claims={name: word})))


def test_a_type_of_the_house() -> None:
    accepted(verifier(typ="access+jwt").verify(heading(typ="Access+JWT")))
    assert verifier(typ="access+jwt").verify(heading()) == "token_type"
    assert verifier(typ="JWT").verify(heading(typ=GONE)) == "token_type"


def test_an_access_token_that_says_so_may_carry_a_nonce() -> None:
    accepted(verifier().verify(claiming(nonce="n")))


@pytest.mark.parametrize("aud", ["orders", ["orders"], ["a", "orders", "b"]])
def test_audiences(aud: object) -> None:
    accepted(verifier().verify(claiming(aud=aud)))


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        ("orders:read", {"orders:read"}),
        ("a b", {"a", "b"}),
        ("b a a", {"a", "b"}),
        (["a", "b"], {"a", "b"}),
        ("https://www.googleapis.com/auth/drive", {"https://www.googleapis.com/auth/drive"}),
        ("", set()),
        ([], set()),
        (GONE, set()),
    ],
)
def test_scopes(scope: object, words: set[str]) -> None:
    assert accepted(verifier().verify(claiming(scope=scope))).scopes == words


def test_claims_by_other_names() -> None:
    judge = verifier(subject="oid", scopes="scp", roles="groups", tenant="tid")
    subject = accepted(
        judge.verify(claiming(oid="o-1", scp="a b", groups=["g"], tid="t", roles=7, org=7))
    )
    assert (subject.id, subject.tenant) == ("o-1", "t")
    assert (subject.scopes, subject.roles) == ({"a", "b"}, {"g"})
    assert judge.verify(claiming(sub="alice")) == "token_claims"
    assert judge.verify(claiming(oid="o-1", sub=7)) == "token_claims"


def test_a_claim_that_no_identity_names_gives_nothing() -> None:
    subject = accepted(verifier(scopes="", roles="", tenant="").verify(claiming(**{"": ["x"]})))
    assert (subject.scopes, subject.roles, subject.tenant) == (frozenset(), frozenset(), None)


def test_absent_tenant_and_roles() -> None:
    subject = accepted(verifier().verify(claiming(org=GONE, roles=GONE)))
    assert (subject.tenant, subject.roles) == (None, frozenset())


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": NOW + 1},
        {"exp": NOW + 0.5},
        {"iat": NOW},
        {"nbf": NOW},
        {"nbf": 0},
        {"iat": NOW - 3300},
        {"sub": "a" * 255},
        {"sub": "Ана Петровић"},
        {"jti": GONE},
        {"client_id": GONE},
        {"deep": [[[[[[[[1]]]]]]]]},
        {"text": "\\u0041 \u20ac \U0001f600"},
        {"number": 12345678901234567, "negative": -3, "fraction": 1.5e-7},
    ],
    ids=str,
)
def test_honest_claims(claims: dict[str, Any]) -> None:
    accepted(verifier().verify(claiming(**claims)))


def test_nesting_is_accepted_to_its_bound() -> None:
    deep: Any = 1
    for _ in range(15):
        deep = [deep]
    accepted(verifier().verify(claiming(deep=deep)))
    assert verifier().verify(claiming(deep=[[deep]])) == "token_malformed"
    wide = [[] for _ in range(200)]
    accepted(verifier().verify(claiming(wide=wide)))


def test_leeway_moves_every_date_and_nothing_else() -> None:
    judge = verifier(leeway=30)
    accepted(judge.verify(claiming(exp=NOW - 29)))
    assert judge.verify(claiming(exp=NOW - 30)) == "token_expired"
    accepted(judge.verify(claiming(nbf=NOW + 30, iat=NOW + 30)))
    assert judge.verify(claiming(nbf=NOW + 31)) == "token_not_yet"


@pytest.mark.parametrize("leeway", [-1, 61])
def test_leeway_is_a_minute_at_most(leeway: int) -> None:
    with pytest.raises(KeyFault, match="leeway"):
        verifier(leeway=leeway)


def test_a_token_that_ends_as_it_begins_is_none() -> None:
    judge = verifier(leeway=60)
    assert judge.verify(claiming(exp=NOW + 10, iat=NOW + 10)) == "token_claims"
    accepted(judge.verify(claiming(exp=NOW + 11, iat=NOW + 10)))


def test_without_a_bound_no_iat_is_needed() -> None:
    accepted(verifier(lifetime=0).verify(claiming(iat=GONE, exp=NOW + 10**8)))


def test_required_claims_may_be_false_but_not_null() -> None:
    judge = verifier(required=("verified", "amr"))
    accepted(judge.verify(claiming(verified=False, amr=[])))
    assert judge.verify(claiming(verified=False)) == "token_claims"
    assert judge.verify(claiming(verified=None, amr=[])) == "token_claims"


def test_two_issuers_with_the_same_key_id_never_mix() -> None:
    judge = verifier()
    assert accepted(judge.verify(forge.token())).identity == "main"
    assert accepted(judge.verify(forge.from_partner())).identity == "partner"
    crossed = forge.token({"alg": "RS256"}, {"iss": forge.ISSUER}, forge.rs())
    assert judge.verify(crossed) == "token_algorithm"


def test_two_identities_with_one_issuer_stop_the_start() -> None:
    keys = KeyRing(("ES256",))
    with pytest.raises(KeyFault, match="same issuer"):
        Verifier({"a": identity("a"), "b": identity("b")}, {"a": keys, "b": keys})
    with pytest.raises(KeyFault, match="no keys"):
        Verifier({"a": identity("a")}, {})


def test_key_ids() -> None:
    first, second = forge.ec_key(), forge.ec_key(number=1)
    named = {"main": ring(("ES256",), forge.public_jwk("a", first), forge.public_jwk("b", second))}
    judge = Verifier({"main": identity()}, named, clock=lambda: NOW)
    accepted(judge.verify(heading(kid="a")))
    accepted(judge.verify(forge.token({"kid": "b"}, sign=forge.es(second))))
    assert judge.verify(heading(kid="b")) == "token_signature"
    assert judge.verify(heading(kid=GONE)) == "token_key"  # which of the two?
    assert judge.verify(heading(kid="c")) == "token_key"


def test_a_key_without_id_serves_whatever_id_a_token_names() -> None:
    keys = ring(("ES256",), forge.public_jwk(None, forge.ec_key()))
    judge = Verifier({"main": identity()}, {"main": keys}, clock=lambda: NOW)
    accepted(judge.verify(heading(kid="whatever")))
    accepted(judge.verify(heading(kid=GONE)))
    keys.add(forge.public_jwk("test", forge.ec_key(number=1)))
    accepted(judge.verify(heading(kid=GONE)))
    accepted(judge.verify(forge.token({"kid": "test"}, sign=forge.es(forge.ec_key(number=1)))))


def test_the_only_key_with_an_id_serves_tokens_without() -> None:
    accepted(verifier().verify(heading(kid=GONE)))


def test_a_key_id_is_short_even_where_any_would_do() -> None:
    judge = verifier()
    accepted(judge.verify(forge.from_legacy({"kid": "k" * 256})))
    assert judge.verify(forge.from_legacy({"kid": "k" * 257})) == "token_key"
    assert judge.verify(forge.from_legacy({"kid": ""})) == "token_key"


def test_a_type_is_compared_without_case_in_ascii_only() -> None:
    judge = verifier(typ="k+jwt")
    accepted(judge.verify(heading(typ="K+JWT")))
    assert judge.verify(heading(typ="\u212a+jwt")) == "token_type"  # the Kelvin sign


def test_the_longest_token_and_the_last_date() -> None:
    judge = verifier(lifetime=0)
    sizes = [(more, size) for more in (1, 2, 3) for size in range(11960, 11980)]
    minted = [forge.token({"x": "y" * more}, {"pad": "x" * size}) for more, size in sizes]
    by_length = {len(token): token for token in minted}
    accepted(judge.verify(by_length[16384]))
    assert judge.verify(by_length[16385]) == "token_malformed"
    accepted(judge.verify(claiming(exp=253402300799)))


def test_white_space_in_json_is_no_fault() -> None:
    token = forge.seal(b'{ "alg" : "ES256",\r\n\t"typ":"at+jwt" } ', forge.compact(forge.CLAIMS))
    accepted(verifier().verify(token))
