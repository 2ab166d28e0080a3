"""Redaction: fields with secrets or user text are recognised by name. Credentials are also removed from sentences."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import NotFoundError
from app.observability.redaction import REDACTED, describe_error, is_confidential, redact, redact_text


@pytest.mark.parametrize(
    "name",
    [
        "api_key",
        "apiKey",
        "key",
        "KEY",
        "Authorization",
        "X-Api-Key",
        "secret_value",
        "db_password",
        "access_token",
        "cookie",
        "set-cookie",
        "question",
        "question_text",
        "text",
        "quote",
        "prompt",
        "request.body",
    ],
)
def test_fields_of_secrets_and_texts_are_confidential(name):
    assert is_confidential(name)
    assert redact(name, "Tranche B") == REDACTED


@pytest.mark.parametrize(
    "name", ["key_id", "question_id", "text_length", "input_tokens", "monkey", "stage", "status", "context", ""]
)
def test_fields_of_ids_counts_and_names_are_not_confidential(name):
    assert not is_confidential(name)


@given(st.text(), st.integers(0, 8))
def test_confidential_values_are_redacted_at_any_depth(secret, depth):
    marked = f"<<{secret}>>"
    value: object = {"question": marked, "items": [{"api_key": [marked]}], "data": marked.encode()}
    for _ in range(depth):
        value = {"inner": [value]}
    assert "<<" not in str(redact("payload", value))


def test_values_of_other_fields_are_kept():
    value = {"stage": "parse", "pages": 3, "codes": ["a", None]}
    assert redact("payload", value) == value


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("connecting to postgresql://api:hunter2@127.0.0.1:5432/footnote", "127.0.0.1:5432/footnote"),
        ("redis://:hunter2@localhost/0 refused", "localhost/0 refused"),
        ("header Authorization: Bearer hunter2 was sent", "was sent"),
        ("api_key=hunter2, retry", "retry"),
        ("password: hunter2", "password"),
    ],
)
def test_credentials_are_removed_from_sentences(text, kept):
    assert "hunter2" not in redact_text(text)
    assert kept in redact_text(text)


def test_footnote_error_is_described_by_code_and_message():
    assert describe_error(NotFoundError()) == f"NotFoundError: not-found: {NotFoundError.title}"


def test_operating_system_error_is_described_by_its_reason():
    assert describe_error(ConnectionRefusedError(111, "Connection refused")) == (
        "ConnectionRefusedError: Connection refused"
    )


def test_error_that_quotes_its_input_is_described_by_type_only():
    with pytest.raises(ValueError) as number:
        int("the covenant")
    with pytest.raises(json.JSONDecodeError) as parsed:
        json.loads("the covenant")
    assert describe_error(number.value) == "ValueError"
    assert describe_error(parsed.value) == "JSONDecodeError"
    assert describe_error(KeyError("the covenant")) == "KeyError"


def test_database_error_is_described_by_sqlstate_without_its_row():
    class FailedError(Exception):
        sqlstate = "23505"

    assert describe_error(FailedError("Key (text)=(the covenant) already exists.")) == "FailedError: SQLSTATE 23505"
