"""Operations of object backends that blob stores do not use: objects that are written only once, and folders."""

import pytest


@pytest.fixture
def put(place):
    """Return a function that stores content under a name and returns False if the name already exists."""

    def publish(name, content):
        spooled = place.backend.spool_dir / "spooled"
        spooled.write_bytes(content)
        try:
            return place.backend.publish_once(spooled, name)
        finally:
            spooled.unlink()

    return publish


def test_publish_once_keeps_the_existing_object(place, put):
    assert put("audit/a/1/1", b"first")
    assert not put("audit/a/1/1", b"second")
    assert place.get_raw("audit/a/1/1") == b"first"


def test_publish_once_keeps_the_object_when_s3_ignores_the_condition(s3_place):
    spooled = s3_place.backend.spool_dir / "spooled"
    spooled.write_bytes(b"second")
    s3_place.put_raw("audit/a/1/1", b"first")
    put_calls = []
    s3_place.backend._client.meta.events.register("before-call.s3.PutObject", lambda **call: put_calls.append(call))
    assert not s3_place.backend.publish_once(spooled, "audit/a/1/1")
    assert s3_place.get_raw("audit/a/1/1") == b"first"
    assert not put_calls


def test_s3_rejects_a_name_created_after_the_existence_check(s3_place, monkeypatch):
    spooled = s3_place.backend.spool_dir / "spooled"
    spooled.write_bytes(b"second")
    s3_place.put_raw("audit/a/1/1", b"first")
    monkeypatch.setattr(s3_place.backend, "exists", lambda name: False)
    assert not s3_place.backend.publish_once(spooled, "audit/a/1/1")
    assert s3_place.get_raw("audit/a/1/1") == b"first"


def test_objects_after_a_name_and_all_folders_are_listed_in_order(place, put):
    for name in ("audit/a/1/1", "audit/a/1/2", "audit/a/2/3", "audit/b/1/1", "other/c/1/1"):
        put(name, b"x")
    assert [item.name for item in place.backend.list_objects("audit/a", after="audit/a/1/1")] == [
        "audit/a/1/2",
        "audit/a/2/3",
    ]
    assert list(place.backend.list_folders("audit")) == ["a", "b"]
    assert list(place.backend.list_folders("nothing")) == []
