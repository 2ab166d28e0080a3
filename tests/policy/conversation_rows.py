"""Inserts a question's notes, conversation, turn and feedback. They have the ID of the question."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db.session import system_principal

_TURN = (
    "INSERT INTO question_notes (question_id, tenant_id, notes) "
    'VALUES (:question, :tenant, \'{"absence"\\: "Nothing is due."}\')',
    "INSERT INTO conversations (id, tenant_id, user_id, title, scope, created_at, changed_at) "
    "VALUES (:question, :tenant, :user, 'What is due?', '{}', now(), now())",
    "INSERT INTO turns (id, tenant_id, conversation_id, question_id, words, scope, asked_at) "
    "VALUES (:question, :tenant, :question, :question, 'What is due?', '{}', now())",
    "INSERT INTO turn_readings (turn_id, tenant_id, question, reading, learnt_from) VALUES (:question, :tenant, "
    '\'What is due?\', \'{"parts"\\: {"issuers"\\: [], "subject"\\: null, "periods"\\: []}, "carried"\\: [], '
    '"notes"\\: [], "is_edited"\\: false, "asks"\\: null, "options"\\: []}\', :cited)',
)
_FEEDBACK = (
    "INSERT INTO feedback (id, tenant_id, question_id, user_id, question, verdict, comment, right_answer, pages, "
    "sources, given_at) VALUES (:question, :tenant, :question, :user, 'What is due?', 'wrong', 'No', '', '[]', "
    ":sources, now())"
)


def insert_turn(session: Session, values: Mapping[str, Any]) -> bool:
    """Insert the notes, and a conversation with one turn, whose reading has words of the documents `cited`."""
    for statement in _TURN:
        session.execute(text(statement), values)
    return True


def insert_feedback(database: Any, values: Mapping[str, Any]) -> bool:
    """Insert feedback with words of the documents `sources`, as the owner role: the asker may not see the answer."""
    with database.owner.transaction(system_principal(values["tenant"])) as session:
        session.execute(text(_FEEDBACK), values)
    return True
