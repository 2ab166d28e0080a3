"""Writes for which the actor lacks a right. Viewers try writes that only editors may make, editors try those of owners,
and owners try those of administrators. The oracle and the database must refuse each write.

Some of these writes need preparation, such as a grant. The preparation is undone afterwards, except for one new
collection.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tests.policy import oracle
from tests.policy.governed_tenant import GovernedTenant

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
_OF_CONVERSATIONS = (
    "INSERT INTO conversations (id, tenant_id, user_id, title, scope, created_at, changed_at) "
    "VALUES (:id, :tenant, :user, 'Mine', '{}', now(), now())",
    "INSERT INTO turns (id, tenant_id, conversation_id, words, scope, asked_at) "
    "VALUES (:id, :tenant, :question, 'Mine', '{}', now())",
    "INSERT INTO feedback (id, tenant_id, question_id, user_id, question, verdict, comment, right_answer, pages, "
    "given_at) VALUES (:id, :tenant, :question, :user, '', 'right', '', '', '[]', now())",
    "UPDATE conversations SET title = 'Mine' WHERE id = :question",
    "DELETE FROM conversations WHERE id = :question",
    "DELETE FROM questions WHERE id = :question",
)
"""Writes to a conversation that only its user may make. A conversation has the ID of its question."""
_NEW_TABLE = (
    "INSERT INTO tables (version_id, number, tenant_id, document_id, pages, rows, columns, data) "
    "VALUES (:version, 9, :tenant, :document, '{1}', 1, 1, '')"
)
_NEW_FACT = (
    "INSERT INTO facts (version_id, number, tenant_id, document_id, first_end, last_end, statement, path, data) "
    "VALUES (:version, 9, :tenant, :document, now(), now(), 'other', 'Mine', '')"
)
_NEW_ISSUER_NAME = (
    "INSERT INTO issuer_names (document_id, number, tenant_id, access_class_id, issuer_id, role, kind, form, text, "
    "confidence) SELECT d.id, 99, :tenant, d.access_class_id, d.id, 'own', 'cover', 'mine', 'Mine', 1 FROM documents d "
    "WHERE d.id = :document"
)
_NEW_ISSUER_EDIT = (
    "INSERT INTO issuer_edits (id, document_id, tenant_id, access_class_id, kind, token, made_by, made_at) "
    "SELECT :id, d.id, :tenant, d.access_class_id, 'split', :id, :actor, now() FROM documents d WHERE d.id = :document"
)
_WORKERS_ALONE = (
    _NEW_ISSUER_NAME,
    "UPDATE issuer_names SET form = 'mine' WHERE document_id = :document",
    "DELETE FROM issuer_names WHERE document_id = :document",
    "UPDATE issuer_edits SET name = 'Mine' WHERE document_id = :document",
    _NEW_TABLE,
    "UPDATE tables SET title = 'Mine' WHERE version_id = :version",
    "DELETE FROM tables WHERE version_id = :version",
    _NEW_FACT,
    "UPDATE facts SET statuses = '\\x01' WHERE version_id = :version",
    "DELETE FROM facts WHERE version_id = :version",
    "UPDATE pages SET marks = NULL, deleted = NULL WHERE version_id = :version",
)
"""Writes that only workers may make, with the rights of any user."""


@dataclass(frozen=True, slots=True)
class ForbiddenWrites:
    """`tenant`: a tenant in which the set-up of a scenario (`tests.policy.scenario`) has created objects and rights."""

    tenant: GovernedTenant

    def try_all(self) -> None:
        """Try all forbidden writes. Raises DifferenceError if one succeeds."""
        self._edit_as_viewer()
        self._act_as_owner_without_owning()
        self._administer_without_role()
        self._move_out_of_labels_as_owner()
        self._write_for_another_asker()
        self._see_own_grants_at_once()

    @property
    def _users(self) -> Sequence[UUID]:
        """An administrator, an editor of the fourth collection, an editor of the second one, a viewer, an auditor and
        another viewer.
        """
        return list(self.tenant.world.users)

    @property
    def _groups(self) -> Sequence[UUID]:
        return list(self.tenant.world.groups)

    @property
    def _collections(self) -> Sequence[UUID]:
        return list(self.tenant.world.parents)

    @property
    def _documents(self) -> Sequence[UUID]:
        return list(self.tenant.world.documents)

    @property
    def _labels(self) -> Sequence[UUID]:
        return sorted(self.tenant.world.labels)

    # --- writes that only editors may make ----------------------------------------------------------------------------

    def _edit_as_viewer(self) -> None:
        tenant, viewer, place, document = self.tenant, self._users[3], self._collections[0], self._documents[4]
        assert not tenant.create_collection(viewer, place)
        assert tenant.create_collection(viewer, None)
        own = self._collections[-1]
        assert not tenant.move_collection(viewer, own, place)
        assert not tenant.move_document(viewer, self._documents[3], place)
        assert not tenant.upload(viewer, place)
        assert not tenant.describe(viewer, document, "8-K", "client")
        assert not tenant.delete_document(viewer, document)
        named = {"document": document, "version": tenant.versions[document], "run": tenant.runs[document]}
        for statement in (
            _NEW_DOCUMENT,
            _NEW_VERSION,
            _NEW_RUN,
            _NEW_STAGE,
            _NEW_ISSUER_EDIT,
            "DELETE FROM issuer_edits WHERE document_id = :document",
            "UPDATE collections SET name = 'Mine' WHERE id = :collection",
            "UPDATE document_versions SET status = status WHERE id = :version",
        ):
            tenant.try_forbidden_write(viewer, statement, named | {"collection": place})
        for statement in _WORKERS_ALONE:
            for user in self._users:
                tenant.try_forbidden_write(user, statement, named)

    # --- writes that only owners may make -----------------------------------------------------------------------------

    def _act_as_owner_without_owning(self) -> None:
        tenant, place, document = self.tenant, self._collections[3], self._documents[3]
        _, editor, inner_editor, *_, holder = self._users
        for target in (place, document):
            assert not tenant.grant(editor, holder, target, oracle.VIEWER, None)
        for key in [key for key, grant in tenant.world.grants.items() if grant.target in (place, document)]:
            assert not tenant.revoke(editor, key)
        assert not tenant.move_collection(editor, place, None)
        assert not tenant.move_document(editor, document, place)
        assert not tenant.exclude(editor, holder, document, None)
        assert not tenant.change_document_label(inner_editor, self._documents[2], self._labels[0])
        assert not tenant.change_collection_label(inner_editor, self._collections[2], self._labels[0])

    # --- writes that only administrators may make ---------------------------------------------------------------------

    def _administer_without_role(self) -> None:
        tenant = self.tenant
        admin, editor, cleared, _, auditor, member = self._users
        first, second, _, fourth = self._groups
        before = {*tenant.world.labels}
        assert tenant.add_label(admin)
        (label,) = tenant.world.labels - before
        assert not tenant.add_label(editor)
        assert not tenant.delete_label(auditor, label)
        assert tenant.delete_label(admin, label)
        assert not tenant.add_clearance(editor, editor, self._labels[0], None)
        own = next(key for key, each in tenant.world.clearances.items() if each.holder == cleared)
        assert not tenant.revoke_clearance(cleared, own)
        assert not tenant.add_pack(editor, frozenset({"10-K"}), frozenset())
        pack = next(iter(tenant.world.packs))
        assert not tenant.delete_pack(auditor, pack)
        assert not tenant.grant(auditor, auditor, pack, oracle.VIEWER, None)
        assert not tenant.revoke_exclusion(auditor, next(iter(tenant.world.exclusions)))
        assert not tenant.add_group(editor)
        assert not tenant.delete_group(member, first)
        assert not tenant.change_member(editor, first, editor)
        assert not tenant.change_member(member, first, member)
        assert not tenant.change_nesting(editor, second, fourth)
        assert not tenant.change_nesting(auditor, first, second)
        assert not tenant.change_disabled(auditor, member)

    def _move_out_of_labels_as_owner(self) -> None:
        """Try moves to collections with fewer labels. Try to add labels without clearance, and to remove a label. An
        owner may do none of these.
        """
        tenant, admin, owner = self.tenant, self._users[0], self._users[3]
        _, middle, inner, *_, own = self._collections
        unknown, known, _ = self._labels
        document, free = self._documents[2], self._documents[3]
        assert tenant.grant(admin, owner, middle, oracle.OWNER, None)
        granted = list(tenant.world.grants)[-1]
        assert not tenant.move_document(owner, document, own)
        assert not tenant.move_collection(owner, inner, own)
        assert not tenant.move_collection(owner, inner, None)
        for place in (middle, inner):
            assert tenant.move_document(owner, document, place)
        assert not tenant.change_collection_label(owner, middle, known)
        assert not tenant.change_document_label(owner, free, unknown)
        assert not tenant.change_collection_label(owner, own, unknown)
        assert tenant.change_document_label(owner, free, known)
        assert not tenant.change_document_label(owner, free, known)
        assert tenant.change_document_label(admin, free, known)
        assert tenant.revoke(admin, granted)

    # --- writes that only the user who asked the question may make ----------------------------------------------------

    def _write_for_another_asker(self) -> None:
        """Try to add rows to another user's question and answer. Both users may read the cited document."""
        tenant, document = self.tenant, self._documents[4]
        asker, other = self._users[2:4]
        question = next(key for key, answer in tenant.world.answers.items() if answer.asker == asker)
        named = {"question": question, "document": document, "version": tenant.versions[document], "user": asker}
        for statement in (_NEW_QUESTION, _NEW_CLAIM, _NEW_CITATION, *_OF_CONVERSATIONS):
            tenant.try_forbidden_write(other, statement, named)

    # --- grants to oneself --------------------------------------------------------------------------------------------

    def _see_own_grants_at_once(self) -> None:
        """Create and revoke grants to the actor, to a group with the actor as a member, and to the group around it.
        Each step checks, in its own transaction, that its effect is visible.
        """
        tenant, admin, own = self.tenant, self._users[0], self._collections[-1]
        outer, _, group, _ = self._groups
        assert tenant.change_member(admin, group, admin)
        for holder in (admin, group, outer):
            assert tenant.grant(admin, holder, own, oracle.VIEWER, None)
            assert tenant.revoke(admin, list(tenant.world.grants)[-1])
        assert tenant.change_member(admin, group, admin)
