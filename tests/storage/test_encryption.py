"""Properties of the encrypted format: plaintext survives a round trip, and any change is detected."""

import io
import os
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.storage.encryption import DecryptingReader, EncryptingWriter
from app.storage.errors import BlobDamagedError
from app.storage.keyring import DataKey

TENANT = UUID(int=7)
KEY = DataKey(3, bytes(range(32)))
FRAME, HEADER, TAG = 16, 68, 16

# No example changes the state of a function-scoped fixture.
LAW = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class OneKey:
    """A keyring with a single data key."""

    def find(self, tenant_id, version):
        return KEY if (tenant_id, version) == (TENANT, KEY.version) else None


def encrypt(*chunks):
    target = io.BytesIO()
    writer = EncryptingWriter(target, tenant_id=TENANT, key=KEY, frame_bytes=FRAME)
    for chunk in chunks:
        writer.write(chunk)
    digest = writer.finish()
    return target.getvalue(), digest


def decrypt(sealed, digest, *, tenant=TENANT):
    reader = DecryptingReader(io.BytesIO(sealed), tenant_id=tenant, digest=digest, keyring=OneKey())
    return io.BufferedReader(reader).read()


def frames_of(sealed):
    return [sealed[at : at + FRAME + TAG] for at in range(HEADER, len(sealed), FRAME + TAG)]


@LAW
@given(st.lists(st.binary(max_size=3 * FRAME), max_size=6))
def test_chunks_of_any_sizes_decrypt_to_their_concatenation(chunks):
    sealed, digest = encrypt(*chunks)
    plain = b"".join(chunks)
    assert decrypt(sealed, digest) == plain
    assert len(sealed) == HEADER + len(plain) + TAG * max(1, -(-len(plain) // FRAME))


@LAW
@given(st.binary(max_size=4 * FRAME), st.data())
def test_any_flipped_bit_is_detected(plain, data):
    sealed, digest = encrypt(plain)
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    touched = bytearray(sealed)
    touched[bit // 8] ^= 1 << bit % 8
    with pytest.raises(BlobDamagedError):
        decrypt(bytes(touched), digest)


@LAW
@given(st.binary(max_size=4 * FRAME), st.data())
def test_any_truncation_is_detected(plain, data):
    sealed, digest = encrypt(plain)
    length = data.draw(st.integers(0, len(sealed) - 1))
    with pytest.raises(BlobDamagedError):
        decrypt(sealed[:length], digest)


@LAW
@given(st.binary(max_size=4 * FRAME), st.binary(min_size=1, max_size=FRAME + TAG))
def test_any_appended_bytes_are_detected(plain, more):
    sealed, digest = encrypt(plain)
    with pytest.raises(BlobDamagedError):
        decrypt(sealed + more, digest)


@LAW
@given(st.integers(2, 5), st.data())
def test_reordered_frames_are_detected(count, data):
    sealed, digest = encrypt(os.urandom(count * FRAME))
    frames = frames_of(sealed)
    order = data.draw(st.permutations(range(count)).filter(lambda order: order != list(range(count))))
    with pytest.raises(BlobDamagedError):
        decrypt(sealed[:HEADER] + b"".join(frames[index] for index in order), digest)


def test_frame_of_another_blob_with_the_same_content_is_detected():
    plain = bytes(3 * FRAME)
    (first, digest), (second, _) = encrypt(plain), encrypt(plain)
    middle = slice(HEADER + FRAME + TAG, HEADER + 2 * (FRAME + TAG))
    with pytest.raises(BlobDamagedError):
        decrypt(first[: middle.start] + second[middle] + first[middle.stop :], digest)


def test_no_byte_of_a_damaged_frame_is_returned():
    sealed, digest = encrypt(b"a" * FRAME + b"b" * FRAME)
    touched = sealed[:-1] + bytes([sealed[-1] ^ 1])
    reader = DecryptingReader(io.BytesIO(touched), tenant_id=TENANT, digest=digest, keyring=OneKey())
    assert reader.read(FRAME) == b"a" * FRAME
    with pytest.raises(BlobDamagedError):
        reader.read(1)


def test_repr_of_a_key_hides_its_secret():
    assert "secret" not in repr(KEY)
    assert repr(KEY.secret) not in repr(KEY)
