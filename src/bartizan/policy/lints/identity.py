"""Lints about the ways to say who you are."""

import datetime as dt
from collections.abc import Iterator
from pathlib import PurePath

from bartizan.policy.lints.remark import LintKind, Remark, line
from bartizan.policy.marks import KEYS
from bartizan.policy.rules import Policy
from bartizan.policy.summary import veiled_whole


def _typ(policy: Policy, _: dt.date) -> Iterator[Remark]:
    for identity in policy.identities.values():
        if identity.typ == "any":
            place = line(policy, identity.places, "typ")
            yield f"identity `{identity.name}` accepts a token of any type", place


TYP = LintKind(
    code="P421",
    title="a token of any type",
    severity="warning",
    advice='let the issuer write `typ`, and write typ = "at+jwt"',
    why="The issuer signs other tokens with the same keys: ID tokens, logout tokens, e-mail links. "
    "Where the type is not asked for, one of them opens the API.",
    bad='[identity.main]\ntyp = "any"\n',
    good='[identity.main]\ntyp = "at+jwt"\n',
    reference="RFC 8725 section 3.11; RFC 9068 section 2.1; CWE-287",
    find=_typ,
)


def _hmac(policy: Policy, _: dt.date) -> Iterator[Remark]:
    for identity in policy.identities.values():
        shared = [name for name in identity.algorithms if name.startswith("HS")]
        if shared:
            place = line(policy, identity.places, "algorithms")
            yield f"identity `{identity.name}` shares its key with the issuer ({shared[0]})", place


HMAC = LintKind(
    code="P422",
    title="a shared key",
    severity="warning",
    advice='use a pair of keys: algorithms = ["ES256"]',
    why="With HMAC the key that checks a token also makes one: whoever reads the settings of this "
    "application can be anybody.",
    bad='[identity.main]\nalgorithms = ["HS256"]\n',
    good='[identity.main]\nalgorithms = ["ES256"]\n',
    reference="RFC 7518 section 3.2; RFC 8725 section 3.5",
    find=_hmac,
)


def _lifetime(policy: Policy, _: dt.date) -> Iterator[Remark]:
    for identity in policy.identities.values():
        if identity.lifetime == 0:
            place = line(policy, identity.places, "lifetime")
            yield f"identity `{identity.name}` accepts a token of any lifetime", place


LIFETIME = LintKind(
    code="P423",
    title="a token without end",
    severity="warning",
    advice="write the longest lifetime that the issuer gives: lifetime = 3600",
    why="A token that was copied stays good until it expires. A bound also notices an issuer whose "
    "settings were changed.",
    bad="[identity.main]\nlifetime = 0\n",
    good="[identity.main]\nlifetime = 3600\n",
    reference="RFC 6819 section 5.1.5.3; CWE-613",
    find=_lifetime,
)


def _unused(policy: Policy, _: dt.date) -> Iterator[Remark]:
    used = {name for operation in policy.operations for name in operation.identity}
    for identity in policy.identities.values():
        if identity.name not in used:
            place = line(policy, identity.places)
            yield f"identity `{identity.name}` opens no operation", place


UNUSED = LintKind(
    code="P424",
    title="an identity for nothing",
    severity="warning",
    advice="name it in `identity` where it counts, or take it out",
    why="It was declared, and nothing asks for it: its tokens are refused everywhere, or the entry "
    "that should accept them names another one.",
    bad='[identity.partner]\nkind = "jwt"\nissuer = "https://partner.example/"\n'
    'audience = "orders"\nalgorithms = ["ES256"]\nkeys = ["env:PARTNER_KEYS"]\n',
    good='[defaults]\nidentity = ["main"]\n',
    reference="CWE-561",
    find=_unused,
)


def _nobody(policy: Policy, today: dt.date) -> Iterator[Remark]:
    if veiled_whole(policy, today):
        return  # nothing is refused yet, and the line itself is marked
    for identity in policy.identities.values():
        if KEYS in [PurePath(key.removeprefix("file:")).name for key in identity.keys]:
            place = line(policy, identity.places, "keys")
            yield f"nobody can sign in by identity `{identity.name}`: {KEYS} is of no issuer", place


NOBODY = LintKind(
    code="P425",
    title="keys of nobody",
    severity="warning",
    advice='name the keys of your issuer: keys = "file:jwks.json"',
    why="`bartizan init` makes this file and throws the private key away, so that a policy that is "
    "enforced too early is closed and not open: every call that needs a credential is a 401.",
    bad=f'[identity.main]\nkeys = "file:{KEYS}"\n',
    good='[identity.main]\nkeys = "file:jwks.json"\n',
    reference="CWE-1188",
    find=_nobody,
)
