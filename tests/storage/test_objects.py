"""What a place for objects promises beside the blobs: names that are given once, and folders."""

import pytest


@pytest.fixture
def put(place):
    """Whether the content was put in under a name that nothing had."""

    def publish(name, content):
        spooled = place.backend.spool_dir / "spooled"
        spooled.write_bytes(content)
        try:
            return place.backend.publish_once(spooled, name)
        finally:
            spooled.unlink()

    return publish


def test_a_name_is_given_once_and_what_has_it_stays_as_it_is(place, put):
    assert put("audit/a/1/1", b"first")
    assert not put("audit/a/1/1", b"second")
    assert place.get_raw("audit/a/1/1") == b"first"


def test_an_s3_that_passes_over_the_condition_still_keeps_what_is_there(s3_place):
    spooled = s3_place.backend.spool_dir / "spooled"
    spooled.write_bytes(b"second")
    s3_place.put_raw("audit/a/1/1", b"first")
    asked = []
    s3_place.backend._client.meta.events.register("before-call.s3.PutObject", lambda **call: asked.append(call))
    assert not s3_place.backend.publish_once(spooled, "audit/a/1/1")
    assert s3_place.get_raw("audit/a/1/1") == b"first"
    assert not asked


def test_an_s3_refuses_a_name_that_was_taken_after_the_look(s3_place, monkeypatch):
    spooled = s3_place.backend.spool_dir / "spooled"
    spooled.write_bytes(b"second")
    s3_place.put_raw("audit/a/1/1", b"first")
    monkeypatch.setattr(s3_place.backend, "exists", lambda name: False)
    assert not s3_place.backend.publish_once(spooled, "audit/a/1/1")
    assert s3_place.get_raw("audit/a/1/1") == b"first"


def test_objects_are_listed_after_a_name_and_folders_by_their_own(place, put):
    for name in ("audit/a/1/1", "audit/a/1/2", "audit/a/2/3", "audit/b/1/1", "other/c/1/1"):
        put(name, b"x")
    assert [item.name for item in place.backend.list_objects("audit/a", after="audit/a/1/1")] == [
        "audit/a/1/2",
        "audit/a/2/3",
    ]
    assert list(place.backend.list_folders("audit")) == ["a", "b"]
    assert list(place.backend.list_folders("nothing")) == []
