"""Wycheproof vectors (C2SP/wycheproof), where ``BARTIZAN_TEST_DATA`` holds them."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key

from bartizan.credentials import envelope
from bartizan.credentials.algorithms import ALGORITHMS
from bartizan.credentials.key import Key, from_jwk
from bartizan.credentials.keys import KeyFault, KeyRing, _read_jwks
from bartizan.credentials.reading import Profile, Reading
from tests.credentials.forge import identity

FOLDER = Path(os.environ.get("BARTIZAN_TEST_DATA", ""), "wycheproof")

pytestmark = pytest.mark.skipif(
    not os.environ.get("BARTIZAN_TEST_DATA") or not FOLDER.is_dir(),
    reason="WYCHEPROOF NOT RUN: set BARTIZAN_TEST_DATA to a folder that holds wycheproof/",
)

JWS_STEPS = (
    envelope.size, envelope.decode, envelope.header, envelope.extensions, envelope.algorithm,
    envelope.key, envelope.signature,
)  # fmt: skip
"""The part of the verifier that is JWS: the payloads of the vectors are no claims."""

MISLABELLED = {
    367: True, 370: True,  # byte for byte the valid 357
    372: False, 373: False,  # a `?` inside base64url
    346: False, 350: False,  # PS384 with a key for PS256
}  # fmt: skip
"""Vectors of `json_web_signature_test.json` whose label is wrong, and the right answer."""

MISNAMED = {"ES521": "ES512"}
"""What the keys of 347 and 351 (RFC 7520) call their algorithm: no name that is registered."""

COUNTING_SECRETS = frozenset({13, 14, 15})
"""Valid vectors of `json_web_key_test.json` whose secret is 00 01 02 …: guessable, so refused."""


def load(name: str) -> list[dict[str, Any]]:
    """The test groups of a file."""
    groups: list[dict[str, Any]] = json.loads((FOLDER / name).read_text())["testGroups"]
    return groups


def accepted(token: str, algorithm: str, ring: KeyRing) -> bool:
    """Whether the steps of JWS accept it."""
    reading = Reading(token, {}, 0)
    reading.profile = Profile(identity(algorithms=(algorithm,)), ring, envelope.ANY_KIND, ())
    return all(step(reading) is None for step in JWS_STEPS)


def named(jwk: dict[str, Any]) -> dict[str, Any]:
    """The key, its algorithm spelt as it is registered."""
    return {**jwk, "alg": MISNAMED.get(jwk["alg"], jwk["alg"])} if "alg" in jwk else jwk


def bound(jwk: dict[str, Any], algorithm: str) -> Key | None:
    """The key; that of the group "base64" is 32 zeros, which no ring would open."""
    if jwk.get("k") == "A" * 43:
        return Key(ALGORITHMS[algorithm], bytes(32), jwk["kid"])
    return from_jwk(jwk, (algorithm,))


def test_json_web_signature() -> None:
    seen = 0
    for group in load("json_web_signature_test.json"):
        jwk = named(group.get("public") or group["private"])
        algorithm = jwk.get("alg") or {"RSA": "RS256", "EC": "ES256"}[jwk["kty"]]
        key = bound(jwk, algorithm)
        for test in group["tests"]:
            seen += 1
            expected = MISLABELLED.get(test["tcId"], test["result"] == "valid")
            answer = key is not None and isinstance(test["jws"], str) and accepted(
                test["jws"], algorithm, KeyRing((algorithm,), [key])
            )  # fmt: skip
            if expected and test["jws"].split(".")[1] == "":
                expected = answer  # an empty payload is a JWS, and never a JWT
            assert answer == expected, (test["tcId"], test["comment"])
    assert seen == 401


def test_json_web_key() -> None:
    for group in load("json_web_key_test.json"):
        content = group.get("public") or group["private"]
        for test in group["tests"]:
            algorithm = "ES256" if "ES" in str(content) else "RS256"
            algorithm = next(
                (name for name in ALGORITHMS if f"'{name}'" in str(content)), algorithm
            )
            answer = opens_and_accepts(content, algorithm, test["jws"])
            expected = test["result"] == "valid" and test["tcId"] not in COUNTING_SECRETS
            assert answer == expected, (test["tcId"], test["comment"])


def opens_and_accepts(content: dict[str, Any], algorithm: str, token: str) -> bool:
    """Whether the set opens and the token holds."""
    try:
        ring = KeyRing((algorithm,), _read_jwks(json.dumps(content).encode(), (algorithm,)))
    except KeyFault:
        return False
    return accepted(token, algorithm, ring)


@pytest.mark.parametrize(
    ("name", "algorithm"),
    [
        ("ecdsa_secp256r1_sha256_p1363_test.json", "ES256"),
        ("ecdsa_secp384r1_sha384_p1363_test.json", "ES384"),
        ("ecdsa_secp521r1_sha512_p1363_test.json", "ES512"),
        ("ed25519_test.json", "EdDSA"),
        ("rsa_pss_2048_sha256_mgf1_32_test.json", "PS256"),
        ("rsa_signature_2048_sha256_test.json", "RS256"),
        ("rsa_signature_3072_sha384_test.json", "RS384"),
    ],
)
def test_signatures(name: str, algorithm: str) -> None:
    check = ALGORITHMS[algorithm].check
    for group in load(name):
        public = load_der_public_key(bytes.fromhex(group["publicKeyDer"]))
        for test in group["tests"]:
            answer = check(public, bytes.fromhex(test["sig"]), bytes.fromhex(test["msg"]))
            # "acceptable" here: PKCS1 with the NULL parameter left out, which OpenSSL refuses.
            assert answer == (test["result"] == "valid"), (test["tcId"], test["comment"])


def test_hmac() -> None:
    for group in load("hmac_sha256_test.json"):
        for test in group["tests"]:
            tag, message = bytes.fromhex(test["tag"]), bytes.fromhex(test["msg"])
            answer = ALGORITHMS["HS256"].check(bytes.fromhex(test["key"]), tag, message)
            whole = group["tagSize"] == 256
            assert answer == (test["result"] == "valid" and whole), test["tcId"]
