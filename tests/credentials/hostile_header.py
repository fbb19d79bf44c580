"""Hostile tokens by name: what the header brings along, what the token is, and who issued it.

All of them are rightly signed, unless the case says otherwise.
"""

from tests.credentials import forge
from tests.credentials.forge import (
    GONE,
    LEGACY,
    claiming,
    ec_key,
    es,
    from_legacy,
    heading,
    raw_header,
    token,
)
from tests.credentials.hostile import rows

JWK = {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}

EXTENSIONS = rows(
    "token_malformed",
    *((f"header {name} {value!r}", (lambda n, v: lambda: heading(**{n: v}))(name, value))
      for name, value in (
          ("crit", []), ("crit", ["exp"]), ("crit", ["b64"]), ("crit", None), ("crit", "exp"),
          ("b64", False), ("b64", True), ("zip", "DEF"), ("zip", None), ("enc", "A256GCM"),
          ("jku", "https://evil.example/jwks"), ("jku", None), ("jwk", JWK), ("jwk", None),
          ("x5u", "https://evil.example/c.pem"), ("x5c", ["MIIB"]), ("x5c", []),
          ("cty", "JWT"), ("cty", "application/jwt"), ("cty", None), ("cty", ["JWT"]),
      )),
    ("the sender's own key in jwk, rightly signed", lambda: token(
        {"jwk": forge.public_jwk("k1", ec_key(number=1))}, sign=es(ec_key(number=1)))),
    ("the sender's own key, no kid", lambda: token(
        {"jwk": forge.public_jwk(None, ec_key(number=1)), "kid": GONE},
        sign=es(ec_key(number=1)))),
    ("jwk through an escape", lambda: raw_header(r'"\u006awk":{}')),
)  # fmt: skip

KIND = (
    *rows(
        "token_type",
        *((f"typ {typ!r}", (lambda t: lambda: heading(typ=t))(typ)) for typ in (
            "JWT", "jwt", "", "at", "jwt+at", "at+jwt ", " at+jwt", "at+jwt\x00", "AT_JWT",
            "application/jwt", "text/at+jwt", "application/application/at+jwt", "at+jwt;v=1",
            "id_token+jwt", "logout+jwt", "application/logout+jwt", "dpop+jwt", "secevent+jwt",
            "rt+jwt", "refresh+jwt", "oauth-authz-req+jwt", "token-introspection+jwt", "kb+jwt",
            "ａt+jwt", None, 1, True, ["at+jwt"], {"at+jwt": 1},
        )),
        ("typ missing", lambda: heading(typ=GONE)),
        *((f"typ {typ!r} to an issuer of any", (lambda t: lambda: from_legacy({"typ": t}))(typ))
          for typ in ("logout+jwt", "dpop+jwt", "DPoP+JWT", "application/logout+jwt", "kb+jwt",
                      "secevent+jwt", "client-authentication+jwt", "JOSE", "any", "", None, 0)),
        *((f"{what} as an access token", (lambda c: lambda: from_legacy(claims=c))(claims))
          for what, claims in (
              ("ID token (nonce)", {"nonce": "n-0S6"}), ("ID token (at_hash)", {"at_hash": "x"}),
              ("ID token (c_hash)", {"c_hash": "x"}), ("ID token (s_hash)", {"s_hash": "x"}),
              ("ID token (token_use)", {"token_use": "id"}), ("ID token (typ)", {"typ": "ID"}),
              ("refresh token", {"typ": "Refresh"}), ("offline token", {"typ": "Offline"}),
              ("logout token", {"events": {}}), ("DPoP proof", {"htm": "GET", "htu": "https://a"}),
              ("token_use of another type", {"token_use": ["access"]}),
              ("refresh token (type)", {"type": "refresh"}),
              ("refresh token (token_type)", {"token_type": "refresh"}),
              ("REFRESH (token_type)", {"token_type": "REFRESH_TOKEN"}),
              ("typ null", {"typ": None}),
          )),
    ),
)  # fmt: skip

ISSUER = (
    *rows(
        "token_issuer",
        *((f"iss {iss!r}", (lambda i: lambda: claiming(iss=i))(iss)) for iss in (
            "", "https://id.example.com", "https://id.example.com//", "HTTPS://id.example.com/",
            "https://id.example.com/ ", "http://id.example.com/", "https://id.example.com./",
            "https://evil.example/", "https://id.example.com/\x00", "main",
        )),
    ),
    *rows(
        "token_claims",
        ("iss missing", lambda: claiming(iss=GONE)),
        *((f"iss {iss!r}", (lambda i: lambda: claiming(iss=i))(iss)) for iss in (
            None, 1, True, [], [forge.ISSUER], {}, {"iss": forge.ISSUER},
        )),
    ),
    *rows(
        "token_algorithm",
        ("another issuer's name, our signature", lambda: claiming(iss=LEGACY)),
    ),
)  # fmt: skip

HEADERS = (*EXTENSIONS, *KIND, *ISSUER)
