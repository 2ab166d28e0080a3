"""What people try that takes more than they hold: editors what is for owners, viewers what is for editors, owners what
is for administrators. Each step is held to the oracle, and must not be done.

What is done between is taken back, but for an owner's own collection.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tests.policy import oracle
from tests.policy.rights import RuledEstate

_NEW_DOCUMENT = (
    "INSERT INTO documents (id, tenant_id, collection_id, access_class_id, content_sha256, title, filename, revision, "
    "created_at, created_by, updated_at) SELECT :id, :tenant, c.id, c.access_class_id, repeat('0', 64), 'Mine', "
    "'mine.txt', 1, now(), :actor, now() FROM collections c WHERE c.id = :collection"
)
_NEW_VERSION = (
    "INSERT INTO document_versions (id, tenant_id, document_id, number, status, content_sha256, size_bytes, "
    "created_at, created_by) VALUES (:id, :tenant, :document, 9, 'processing', repeat('0', 64), 1, now(), :actor)"
)
_NEW_RUN = (
    "INSERT INTO runs (id, tenant_id, document_id, version_id, status, stage, created_at, created_by) "
    "VALUES (:id, :tenant, :document, :version, 'queued', 'parse', now(), :actor)"
)
_NEW_STAGE = (
    "INSERT INTO stages (id, tenant_id, run_id, position, name, queue, status, attempt, outages, wakes, lease_token, "
    "available_at, wake_at) VALUES (:id, :tenant, :run, 9, 'again', 'parse', 'waiting', 0, 0, 0, 0, now(), now())"
)
_NEW_QUESTION = (
    "INSERT INTO questions (id, tenant_id, user_id, text, filters, understanding, asked_at) "
    "VALUES (:id, :tenant, :user, 'What is due?', '{}', '{}', now())"
)
_NEW_CLAIM = (
    "INSERT INTO claims (question_id, ordinal, tenant_id, text) VALUES (:question, 9, :tenant, 'It is not due.')"
)
_NEW_CITATION = (
    "INSERT INTO citations (question_id, claim_ordinal, ordinal, tenant_id, document_id, version_id, page_number, "
    "char_start, char_end, quote) VALUES (:question, 1, 9, :tenant, :document, :version, 1, 0, 8, 'covenant')"
)


@dataclass(frozen=True, slots=True)
class Overreach:
    """Of a tenant whose story has begun: see `tests.policy.scenario` for who holds what."""

    here: RuledEstate

    def try_all(self) -> None:
        """Raises DifferenceError."""
        self._edit_as_viewer()
        self._own_as_editor()
        self._administer_as_reader()
        self._leave_barriers_as_owner()
        self._speak_for_others()
        self._learn_what_one_grants()

    @property
    def _users(self) -> Sequence[UUID]:
        """An administrator, an editor of the last place, two readers, an auditor and one more reader."""
        return list(self.here.world.users)

    @property
    def _groups(self) -> Sequence[UUID]:
        return list(self.here.world.groups)

    @property
    def _places(self) -> Sequence[UUID]:
        return list(self.here.world.parents)

    @property
    def _documents(self) -> Sequence[UUID]:
        return list(self.here.world.documents)

    @property
    def _labels(self) -> Sequence[UUID]:
        return sorted(self.here.world.labels)

    # --- takes an editor -------------------------------------------------------------------------------------------

    def _edit_as_viewer(self) -> None:
        here, viewer, place, document = self.here, self._users[3], self._places[0], self._documents[4]
        assert not here.create_collection(viewer, place)
        assert here.create_collection(viewer, None)
        own = self._places[-1]
        assert not here.move_collection(viewer, own, place)
        assert not here.move_document(viewer, self._documents[3], place)
        assert not here.upload(viewer, place)
        assert not here.describe(viewer, document, "8-K", "client")
        assert not here.delete_document(viewer, document)
        named = {"document": document, "version": here.versions[document], "run": here.runs[document]}
        for statement in (
            _NEW_DOCUMENT,
            _NEW_VERSION,
            _NEW_RUN,
            _NEW_STAGE,
            "UPDATE collections SET name = 'Mine' WHERE id = :collection",
            "UPDATE document_versions SET status = status WHERE id = :version",
        ):
            here.overreach(viewer, statement, named | {"collection": place})

    # --- takes an owner -----------------------------------------------------------------------------------------------

    def _own_as_editor(self) -> None:
        here, place, document = self.here, self._places[3], self._documents[3]
        _, editor, inner_editor, *_, holder = self._users
        for target in (place, document):
            assert not here.grant(editor, holder, target, oracle.VIEWER, None)
        for key in [key for key, grant in here.world.grants.items() if grant.target in (place, document)]:
            assert not here.revoke(editor, key)
        assert not here.move_collection(editor, place, None)
        assert not here.move_document(editor, document, place)
        assert not here.exclude(editor, holder, document, None)
        assert not here.change_document_label(inner_editor, self._documents[2], self._labels[0])
        assert not here.change_collection_label(inner_editor, self._places[2], self._labels[0])

    # --- takes an administrator ---------------------------------------------------------------------------------------

    def _administer_as_reader(self) -> None:
        here = self.here
        chief, editor, cleared, _, auditor, member = self._users
        first, second, _, fourth = self._groups
        before = {*here.world.labels}
        assert here.add_label(chief)
        (label,) = here.world.labels - before
        assert not here.add_label(editor)
        assert not here.delete_label(auditor, label)
        assert here.delete_label(chief, label)
        assert not here.give_clearance(editor, editor, self._labels[0], None)
        own = next(key for key, each in here.world.clearances.items() if each.holder == cleared)
        assert not here.take_clearance(cleared, own)
        assert not here.add_pack(editor, frozenset({"10-K"}), frozenset())
        pack = next(iter(here.world.packs))
        assert not here.delete_pack(auditor, pack)
        assert not here.grant(auditor, auditor, pack, oracle.VIEWER, None)
        assert not here.take_exclusion(auditor, next(iter(here.world.exclusions)))
        assert not here.add_group(editor)
        assert not here.delete_group(member, first)
        assert not here.change_member(editor, first, editor)
        assert not here.change_member(member, first, member)
        assert not here.change_nesting(editor, second, fourth)
        assert not here.change_nesting(auditor, first, second)
        assert not here.change_disabled(auditor, member)

    def _leave_barriers_as_owner(self) -> None:
        """Inside them they may move things, and they may raise more, but of labels that they know."""
        here, chief, owner = self.here, self._users[0], self._users[3]
        _, middle, inner, *_, own = self._places
        unknown, known, _ = self._labels
        document, free = self._documents[2], self._documents[3]
        assert here.grant(chief, owner, middle, oracle.OWNER, None)
        granted = list(here.world.grants)[-1]
        assert not here.move_document(owner, document, own)
        assert not here.move_collection(owner, inner, own)
        assert not here.move_collection(owner, inner, None)
        for place in (middle, inner):
            assert here.move_document(owner, document, place)
        assert not here.change_collection_label(owner, middle, known)
        assert not here.change_document_label(owner, free, unknown)
        assert not here.change_collection_label(owner, own, unknown)
        assert here.change_document_label(owner, free, known)
        assert not here.change_document_label(owner, free, known)
        assert here.change_document_label(chief, free, known)
        assert here.revoke(chief, granted)

    # --- takes the asker ----------------------------------------------------------------------------------------------

    def _speak_for_others(self) -> None:
        """In an answer that is another's, of what both may read."""
        here, document = self.here, self._documents[4]
        asker, other = self._users[2:4]
        question = next(key for key, answer in here.world.answers.items() if answer.asker == asker)
        named = {"question": question, "document": document, "version": here.versions[document], "user": asker}
        for statement in (_NEW_QUESTION, _NEW_CLAIM, _NEW_CITATION):
            here.overreach(other, statement, named)

    # --- in the transaction that grants ------------------------------------------------------------------------------

    def _learn_what_one_grants(self) -> None:
        """To oneself, to a group that one is in, and to one around it: `_try` looks at once each time."""
        here, chief, own = self.here, self._users[0], self._places[-1]
        outer, _, group, _ = self._groups
        assert here.change_member(chief, group, chief)
        for holder in (chief, group, outer):
            assert here.grant(chief, holder, own, oracle.VIEWER, None)
            assert here.revoke(chief, list(here.world.grants)[-1])
        assert here.change_member(chief, group, chief)
