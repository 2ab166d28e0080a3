"""Signatures of webhooks."""

import base64

from app.webhooks.signing import SECRET_PREFIX, new_secret, print_secret, sign, sign_headers

SECRET = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
MESSAGE, TIMESTAMP, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
"""The example of the libraries of Standard Webhooks."""


def test_signature_is_that_of_the_published_example():
    assert sign(SECRET, MESSAGE, TIMESTAMP, BODY) == SIGNATURE


def test_message_has_a_signature_for_each_live_secret():
    other = new_secret()
    headers = sign_headers([other, SECRET], MESSAGE, TIMESTAMP, BODY)
    assert headers["webhook-id"] == MESSAGE
    assert headers["webhook-timestamp"] == str(TIMESTAMP)
    assert headers["webhook-signature"].split(" ") == [sign(other, MESSAGE, TIMESTAMP, BODY), SIGNATURE]


def test_printed_secret_has_the_prefix_and_32_random_bytes():
    printed = print_secret(new_secret())
    assert printed.startswith(SECRET_PREFIX)
    assert len(base64.b64decode(printed.removeprefix(SECRET_PREFIX))) == 32
    assert printed != print_secret(new_secret())
