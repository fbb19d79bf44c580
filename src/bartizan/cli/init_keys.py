"""The key set of a first policy: it verifies, and nobody can sign.

A key pair is made and its private half is thrown away. So the policy can be loaded, and a policy
that is enforced before its real keys are there refuses everybody: 401, never open.
"""

import json

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from bartizan.credentials.base64url import encode


def nobodys_keys() -> str:
    """A JWK Set (RFC 7517) of one fresh P-256 key for ES256 (RFC 7518 section 3.4)."""
    numbers = generate_private_key(SECP256R1()).public_key().public_numbers()
    x, y = (encode(one.to_bytes(32, "big")).decode() for one in (numbers.x, numbers.y))
    key = {"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "nobody", "x": x}
    return json.dumps({"keys": [{**key, "y": y}]}, indent=2) + "\n"
