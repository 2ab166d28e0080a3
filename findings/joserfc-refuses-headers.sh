#!/usr/bin/env bash
# joserfc refuses a valid token whose header has a member that it does not know, or is longer than 512 bytes.
#
# Hurts: sign-in fails for a provider that adds a member of its own or its certificate (x5c), which RFC 7515 permits.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install joserfc==1.8.0 PyJWT[crypto]==2.15.1
observe <<'PY'
import jwt as pyjwt
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from observation import compare, show_versions

show_versions("joserfc", "PyJWT")
key = RSAKey.generate_key(2048)
headers = {
    "plain": {"kid": "1", "x5t": "fingerprint"},
    "with a member of the provider": {"kid": "1", "tenant": "example"},
    "with a certificate": {"kid": "1", "x5c": ["M" * 1400]},
}


def read(header):
    token = pyjwt.encode({"sub": "ana"}, key.as_pem(private=True), algorithm="RS256", headers=header)
    pyjwt.decode(token, key.as_pem(private=False), algorithms=["RS256"])
    try:
        return jwt.decode(token, key, algorithms=["RS256"]).claims["sub"]
    except JoseError as error:
        return type(error).__name__


compare(
    expected="ana for all three tokens, as with PyJWT",
    seen={name: read(header) for name, header in headers.items()},
    recorded={
        "plain": "ana",
        "with a member of the provider": "UnsupportedHeaderError",
        "with a certificate": "ExceededSizeError",
    },
)
PY
