"""Editors merge, split and rename issuers; what moves, who sees it, and how it is undone."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text

from app.audit.models import AuditEvent
from app.core.clock import SystemClock
from app.core.errors import PreconditionFailedError
from app.core.pagination import PageRequest
from app.db.session import system_principal
from app.documents.metadata import NameKind
from app.documents.models import Document
from app.issuers.changes import IssuerChange
from app.issuers.edits import EditKind
from app.issuers.errors import (
    IssuerChangeError,
    IssuerEditNotFoundError,
    IssuerNotEditableError,
    IssuerNotFoundError,
)
from app.issuers.schemas import IssuerDetailOut
from app.issuers.service import IssuerService, IssuerSort
from tests.issuers.conftest import describe, read_names
from tests.waiting import wait_for

CIK = NameKind.CIK


@pytest.fixture
def service(shared_database) -> IssuerService:
    return IssuerService(database=shared_database.api, clock=SystemClock())


def change(service, shelf, issuer, **wanted):
    view = service.get_issuer(shelf.editor, issuer)
    return service.change_issuer(shelf.editor, issuer, IssuerChange(**wanted), revision=view.revision)


def names_by(service, user):
    return [each.issuer.name for each in service.list_issuers(user, PageRequest()).items]


def test_merger_keeps_the_leading_issuer_and_is_undone(service, shelf):
    moved = shelf.file(read_names("Ostmark Mills Corp", (CIK, "0000000008")))
    shelf.file(read_names("Acme Paper, Inc.", (CIK, "0000000007")))
    acme = service.get_issuer(shelf.editor, "Acme Paper").issuer
    effect, view = change(service, shelf, "Ostmark Mills", merge_into=str(acme.id))
    assert (effect.kind, [each.id for each in effect.documents], effect.facts) == (EditKind.MERGE, [moved], 3)
    assert {"Ostmark Mills Corp", "0000000008"} <= {name.text for name in effect.names}
    assert (view.issuer.id, view.issuer.name) == (acme.id, "Acme Paper, Inc.")
    assert len(view.documents) == 2
    assert names_by(service, shelf.reader) == ["Acme Paper, Inc."]
    assert [edit.id for edit in view.edits] == [effect.edit_id]
    service.withdraw_edit(shelf.editor, effect.edit_id)
    assert names_by(service, shelf.reader) == ["Acme Paper, Inc.", "Ostmark Mills Corp"]
    with pytest.raises(IssuerEditNotFoundError):
        service.withdraw_edit(shelf.editor, effect.edit_id)


def test_preview_shows_what_moves_and_changes_nothing(service, shelf):
    shelf.file(read_names("Ostmark Mills Corp"))
    shelf.file(read_names("Acme Paper, Inc."))
    effect = service.preview_change(shelf.editor, "Ostmark Mills", IssuerChange(merge_into="Acme Paper"))
    assert ([each.title for each in effect.documents], effect.edit_id) == (["Ostmark Mills Corp 10-K"], None)
    assert [issuer.name for issuer in effect.issuers] == ["Acme Paper, Inc."]
    assert names_by(service, shelf.editor) == ["Acme Paper, Inc.", "Ostmark Mills Corp"]
    assert shelf.sql("SELECT count(*) FROM issuer_names WHERE role = 'same'") == [(0,)]


def test_split_makes_an_issuer_of_its_own_that_publishing_again_keeps(service, shelf):
    stays = shelf.file(read_names("Acme Paper, Inc.", (CIK, "0000000007")))
    leaves = shelf.file(read_names("Acme Paper Ltd", (CIK, "0000000007"), (NameKind.SHORT, "Paperworks")))
    effect, _ = change(service, shelf, "Acme Paper", split_off=(leaves,))
    assert [issuer.ids for issuer in effect.issuers] != []
    assert "Paperworks" in {name.text for name in effect.names}
    kept = {frozenset(shelf.documents_of(issuer)) for issuer in shelf.find("Acme Paper")}
    assert kept == {frozenset({stays}), frozenset({leaves})}
    shelf.file_again(leaves, read_names("Acme Paper Ltd", (CIK, "0000000007")))
    assert {frozenset(shelf.documents_of(issuer)) for issuer in shelf.find("Acme Paper")} == kept
    service.withdraw_edit(shelf.editor, effect.edit_id)
    (issuer,) = shelf.find("Acme Paper")
    assert shelf.documents_of(issuer) == {stays, leaves}


def test_documents_without_an_identifier_are_split_from_those_of_the_same_name(service, shelf):
    stays, leaves = (shelf.file(read_names("Acme Paper, Inc.")) for _ in range(2))
    change(service, shelf, "Acme Paper", split_off=(leaves,))
    assert {frozenset(shelf.documents_of(issuer)) for issuer in shelf.find("Acme Paper")} == {
        frozenset({stays}),
        frozenset({leaves}),
    }
    later = shelf.file(read_names("Acme Paper, Inc."))
    (issuer,) = (each for each in shelf.find("Acme Paper") if stays in shelf.documents_of(each))
    assert shelf.documents_of(issuer) == {stays, later}


def test_split_ends_an_earlier_merger_and_a_later_merger_ends_the_split(service, shelf):
    moved = shelf.file(read_names("Ostmark Mills Corp"))
    shelf.file(read_names("Acme Paper, Inc."))
    change(service, shelf, "Ostmark Mills", merge_into="Acme Paper")
    change(service, shelf, "Acme Paper", split_off=(moved,))
    assert names_by(service, shelf.editor) == ["Acme Paper, Inc.", "Ostmark Mills Corp"]
    change(service, shelf, "Ostmark Mills", merge_into="Acme Paper")
    assert names_by(service, shelf.editor) == ["Acme Paper, Inc."]


def test_issuer_of_several_mergers_keeps_the_id_of_the_one_that_led(service, shelf):
    for number, name in enumerate(("Acme Paper", "Ostmark Mills", "Juniper Tools", "Newco")):
        shelf.file(read_names(name, *([(CIK, f"000000000{number}")] if number else [])))
    led = service.get_issuer(shelf.editor, "Acme Paper").issuer.id
    change(service, shelf, "Ostmark Mills", merge_into="Acme Paper")
    change(service, shelf, "Juniper Tools", merge_into="Newco")
    change(service, shelf, "Newco", merge_into="Ostmark Mills")
    view = service.get_issuer(shelf.editor, "Juniper Tools")
    assert (view.issuer.id, view.issuer.name, len(view.documents)) == (led, "Acme Paper", 4)


def test_of_two_changes_at_once_one_is_outdated(service, shelf):
    shelf.file(read_names("Acme Paper, Inc."))
    revision = service.get_issuer(shelf.editor, "Acme Paper").revision

    def rename(name):
        try:
            service.change_issuer(shelf.editor, "Acme Paper", IssuerChange(name=name), revision=revision)
        except PreconditionFailedError:
            return "outdated"
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(rename, ("One", "Two"))) == ["done", "outdated"]


def test_change_during_a_publication_is_kept_with_the_new_reading(service, shelf):
    document = shelf.file(read_names("Acme Paper, Inc."))
    with ThreadPoolExecutor(1) as pool:
        with shelf.database.worker.transaction(system_principal(shelf.tenant)) as session:
            describe(session.get_one(Document, document), read_names("Acme Paper", (NameKind.TICKER, "ACM")))
            session.flush()
            changed = pool.submit(change, service, shelf, "Acme Paper", name="Acme Global")
            wait_for_lock(shelf)
        changed.result()
    (issuer,) = shelf.find("ACM")
    assert issuer.name == "Acme Global"


def test_change_during_a_move_gets_the_class_that_the_document_has_then(service, shelf):
    document = shelf.file(read_names("Acme Paper, Inc."))
    move = "UPDATE documents SET collection_id = :walled WHERE id = :document"
    with ThreadPoolExecutor(1) as pool:
        with shelf.database.worker.transaction(system_principal(shelf.tenant)) as session:
            session.execute(text(move), {"walled": shelf.walled, "document": document})
            changed = pool.submit(change, service, shelf, "Acme Paper", name="Acme Global")
            wait_for_lock(shelf)
        changed.result()
    classes = "SELECT d.access_class_id, e.access_class_id FROM issuer_edits e JOIN documents d ON d.id = e.document_id"
    with shelf.database.owner.transaction(system_principal(shelf.tenant)) as session:
        ((of_document, of_change),) = session.execute(text(classes)).all()
    assert of_change == of_document
    with shelf.database.api.transaction(shelf.reader) as session:  # who may not see `walled`
        assert session.execute(text("SELECT name FROM issuer_edits")).all() == []


def wait_for_lock(shelf):
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    wait_for(lambda: shelf.sql(waiting) != [(0,)], what="that the change waits for the publication")


def test_new_name_is_shown_and_found_and_earlier_names_remain(service, shelf):
    document = shelf.file(read_names("Acme Paper, Inc."))
    effect, view = change(service, shelf, "Acme Paper", name="Acme Global Paper")
    assert (view.issuer.name, effect.documents) == ("Acme Global Paper", ())
    shelf.file_again(document, read_names("ACME PAPER INC"))
    for name in ("Acme Global Paper", "Acme Paper"):
        assert shelf.find(name, by=shelf.reader)[0].name == "Acme Global Paper"


def test_later_documents_of_a_merged_issuer_follow_it(service, shelf):
    shelf.file(read_names("Ostmark Mills Corp", (CIK, "0000000008")))
    shelf.file(read_names("Acme Paper, Inc.", (CIK, "0000000007")))
    change(service, shelf, "Ostmark Mills", merge_into="Acme Paper")
    later = shelf.file(read_names("Ostmark Mills Corporation", (CIK, "0000000008")))
    assert later in shelf.documents_of(shelf.find("Acme Paper")[0])


def test_change_needs_edit_permission_of_all_documents_that_move(service, shelf):
    shelf.file(read_names("Acme Paper, Inc."))
    shelf.file(read_names("Ostmark Mills Corp"))
    for wanted in (IssuerChange(name="Mine"), IssuerChange(merge_into="Ostmark Mills")):
        with pytest.raises(IssuerNotEditableError):
            service.change_issuer(shelf.reader, "Acme Paper", wanted, revision=None)
        with pytest.raises(IssuerNotEditableError):
            service.preview_change(shelf.reader, "Acme Paper", wanted)
    effect, _ = change(service, shelf, "Acme Paper", name="Acme Global Paper")
    with pytest.raises(IssuerNotEditableError):
        service.withdraw_edit(shelf.reader, effect.edit_id)


def test_hidden_documents_neither_count_nor_block_nor_show(service, shelf):
    shelf.file(read_names("Acme Paper, Inc.", (CIK, "0000000007")), shelf.walled)
    ours = shelf.file(read_names("Acme Paper, Inc.", (CIK, "0000000007")))
    shelf.file(read_names("Ostmark Mills Corp"), shelf.walled)
    shelf.grant(shelf.reader, shelf.ours, 2)
    view = service.get_issuer(shelf.reader, "Acme Paper")
    assert [document.id for document in view.documents] == [ours]
    assert {place.document_id for places in view.places.values() for place in places} == {ours}
    with pytest.raises(IssuerNotFoundError):
        service.preview_change(shelf.reader, "Acme Paper", IssuerChange(merge_into="Ostmark Mills"))
    hidden = service.get_issuer(shelf.editor, "Ostmark Mills").issuer
    with pytest.raises(IssuerNotFoundError):
        service.get_issuer(shelf.reader, str(hidden.id))
    effect, _ = service.change_issuer(shelf.reader, "Acme Paper", IssuerChange(name="Acme Two"), revision=None)
    (edit,) = service.get_issuer(shelf.editor, "Acme Two").edits
    assert (edit.id, edit.documents) == (effect.edit_id, {ours})


def test_change_of_hidden_documents_is_unknown(service, shelf):
    shelf.file(read_names("Acme Paper, Inc."))
    shelf.file(read_names("Ostmark Mills Corp"), shelf.walled)
    effect, _ = change(service, shelf, "Ostmark Mills", name="Project Falcon")
    assert shelf.find("Project Falcon", by=shelf.reader) == ()
    with pytest.raises(IssuerEditNotFoundError):
        service.withdraw_edit(shelf.reader, effect.edit_id)


def test_merger_with_a_hidden_issuer_shows_nothing_of_it(service, shelf):
    shelf.file(read_names("Acme Paper, Inc."))
    shelf.file(read_names("Ostmark Mills Corp"), shelf.walled)
    effect, _ = change(service, shelf, "Acme Paper", merge_into="Ostmark Mills")
    assert service.get_issuer(shelf.reader, "Acme Paper").edits == ()
    with pytest.raises(IssuerEditNotFoundError):
        service.withdraw_edit(shelf.reader, effect.edit_id)
    (seen,) = shelf.find("Acme Paper", by=shelf.reader)
    assert (seen.name, seen.list_forms()) == ("Acme Paper, Inc.", ("acme paper", "acme", "acmepaper"))
    assert shelf.find("Ostmark Mills", by=shelf.reader) == ()


@pytest.mark.parametrize(
    "wanted", [{}, {"name": "A", "merge_into": "B"}, {"merge_into": "Acme Paper"}, {"split_off": ("all",)}]
)
def test_impossible_changes_are_rejected(service, shelf, wanted):
    document = shelf.file(read_names("Acme Paper, Inc."))
    if "split_off" in wanted:
        wanted = {"split_off": (document,)}
    with pytest.raises(IssuerChangeError):
        service.change_issuer(shelf.editor, "Acme Paper", IssuerChange(**wanted), revision=None)


def test_outdated_revision_is_rejected(service, shelf):
    shelf.file(read_names("Acme Paper, Inc."))
    revision = service.get_issuer(shelf.editor, "Acme Paper").revision
    shelf.file(read_names("Acme Paper, Inc."))
    with pytest.raises(PreconditionFailedError):
        service.change_issuer(shelf.editor, "Acme Paper", IssuerChange(name="New"), revision=revision)


def test_changes_are_audited_in_their_transaction(service, shelf):
    moved = shelf.file(read_names("Ostmark Mills Corp"))
    shelf.file(read_names("Acme Paper, Inc."))
    effect, _ = change(service, shelf, "Ostmark Mills", merge_into="Acme Paper")
    service.withdraw_edit(shelf.editor, effect.edit_id)
    with shelf.database.owner.transaction(system_principal(shelf.tenant)) as session:
        query = select(AuditEvent.action, AuditEvent.detail).where(AuditEvent.action.startswith("issuers."))
        events = [(action, detail) for action, detail in session.execute(query.order_by(AuditEvent.id))]
    assert [action for action, _ in events] == [
        "issuers.issuer.read",
        "issuers.issuer.merged",
        "issuers.edit.withdrawn",
    ]
    assert events[1][1]["documents"] == [str(moved)]
    assert events[1][1]["edit_id"] == str(effect.edit_id)


def test_list_pages_by_name_and_finds_beginnings_of_words(service, shelf):
    for name in ("Ostmark Mills Corp", "Acme Paper, Inc.", "Juniper Tool Works"):
        shelf.file(read_names(name), facts=0 if name.startswith("J") else 3)
    first = service.list_issuers(shelf.editor, PageRequest(limit=2))
    rest = service.list_issuers(shelf.editor, PageRequest(limit=2, cursor=first.next_cursor))
    assert [each.issuer.name for each in (*first.items, *rest.items)] == [
        "Acme Paper, Inc.",
        "Juniper Tool Works",
        "Ostmark Mills Corp",
    ]
    assert rest.next_cursor is None
    found = service.list_issuers(shelf.editor, PageRequest(), words="mil ost")
    (mills,) = found.items
    assert (mills.issuer.name, mills.documents, mills.with_facts) == ("Ostmark Mills Corp", 1, 1)
    with_facts = [each for each in service.list_issuers(shelf.editor, PageRequest()).items if each.with_facts]
    assert len(with_facts) == 2
    by_facts = service.list_issuers(shelf.editor, PageRequest(limit=1), sort=IssuerSort.NAME_DOWN)
    (second,) = service.list_issuers(
        shelf.editor, PageRequest(limit=1, cursor=by_facts.next_cursor), sort=IssuerSort.NAME_DOWN
    ).items
    assert (by_facts.items[0].issuer.name, second.issuer.name) == ("Ostmark Mills Corp", "Juniper Tool Works")


def test_issuer_counts_more_documents_than_it_lists(service, shelf, monkeypatch):
    monkeypatch.setattr("app.issuers.views.MOST_DOCUMENTS", 1)
    for facts in (3, 0, 3):
        shelf.file(read_names("Acme Paper, Inc.", (CIK, "0000000007")), facts=facts)
    view = service.get_issuer(shelf.editor, "Acme Paper")
    shown = IssuerDetailOut.viewed(view)
    assert (len(view.documents), shown.documents, shown.documents_with_facts) == (2, 3, 2)
