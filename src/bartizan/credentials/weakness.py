"""Keys that would verify whatever a patient stranger signs: said in words, before the start.

Every function answers with what is wrong with the key, or with an empty text.
RFC 8725 sections 3.5 and 3.2; NIST SP 800-131A (RSA), CVE-2017-15361 (ROCA), CWE-521, CWE-798.
"""

from itertools import pairwise

from cryptography.hazmat.primitives.serialization import load_der_public_key

_WORDS = (
    "secret", "passwor", "passwd", "changeme", "changeit", "changethis", "replacethis",
    "replaceme", "insecure", "example", "default", "qwerty", "letmein", "placeholder", "todotodo",
    "12345678", "abcdefgh", "yourkey", "signingkey", "privatekey",
)  # fmt: skip
"""What people write where a random secret belongs; looked for without case and punctuation.
By chance a random secret of 64 bytes holds one of them once in some ten million."""

_ROCA_PRIMES = (
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
    101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
)  # fmt: skip

_P25519 = 2**255 - 19
_ORDER_8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_SMALL_ORDER = frozenset(
    {0, 1, _P25519 - 1, _P25519, _P25519 + 1, _ORDER_8, _P25519 - _ORDER_8}
)  # fmt: skip
"""The y of every point of Ed25519 whose order divides 8: with such a key anybody signs."""


def of_secret(secret: bytes, least: int) -> str:
    """What is wrong with a shared secret that must have ``least`` bytes."""
    if len(secret) < least:
        return f"has {len(secret)} bytes, and this algorithm needs {least} (RFC 7518, 3.2)"
    if _is_public_key(secret):
        return "is a public key, which everybody may know"
    if secret in (secret + secret)[1:-1]:
        return "is one piece repeated"
    if len(set(secret)) < 10:
        return "has fewer than ten different bytes"
    steps = [(after - before) % 256 for before, after in pairwise(secret)]
    if max(map(steps.count, set(steps))) * 2 > len(steps):
        return "counts up or down"
    letters = bytes(byte for byte in secret.lower() if chr(byte).isalnum()).decode("latin-1")
    if any(word in letters for word in _WORDS):
        return "holds a word that every list of guesses holds"
    return ""


def of_rsa(modulus: int, exponent: int) -> str:
    """What is wrong with an RSA public key."""
    size = modulus.bit_length()
    if size < 2048:
        return f"has {size} bits, and RSA needs 2048 or more (RFC 7518, 3.3)"
    if size > 8192:
        return f"has {size} bits: verifying with it would cost more than it protects (8192 at most)"
    if exponent < 65537 or exponent % 2 == 0:
        return f"has the public exponent {exponent}, and 65537 is the least good one"
    if all(pow(modulus, _order(65537, prime), prime) == 1 for prime in _ROCA_PRIMES):
        return "was made by a chip whose keys can be factored (ROCA, CVE-2017-15361)"
    return ""


def of_ed25519(raw: bytes) -> str:
    """What is wrong with an Ed25519 public key."""
    height = int.from_bytes(raw, "little") & ~(1 << 255)
    return "is a point of small order: anybody could sign" if height in _SMALL_ORDER else ""


def _order(base: int, prime: int) -> int:
    """Multiplicative order of ``base`` modulo ``prime``."""
    power, order = base % prime, 1
    while power != 1:
        power, order = power * base % prime, order + 1
    return order


def _is_public_key(secret: bytes) -> bool:
    if secret.lstrip().startswith((b"-----BEGIN", b"ssh-", b"ecdsa-sha2-", b'{"')):
        return True
    try:
        load_der_public_key(secret)
    except Exception:  # whatever its class: it is then no key
        return False
    return True
