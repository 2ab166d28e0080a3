"""Conversations over HTTP: follow-ups, history, scope, feedback, and what is left when access ends."""

import json
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from app.bootstrap import build_container
from app.conversations.errors import MOST_TURNS
from app.db.session import system_principal
from app.documents.issuers import normalise_issuer
from app.llm.wordllama_embedder import WordLlamaEmbedder
from app.main import create_app
from tests.api.conftest import _serve, settings_for
from tests.api.published_documents import PublishedDocuments
from tests.conversations.desk import FIRST, Desk
from tests.waiting import wait_for


@pytest.fixture(scope="module")
def embedder():
    return WordLlamaEmbedder()


@pytest.fixture(scope="module")
def running(shared_database, tmp_path_factory):
    folder = tmp_path_factory.mktemp("conversations")
    container = build_container(settings_for(shared_database, folder, questions_per_minute=1_000_000))
    yield from _serve(create_app(container), shared_database, folder)


@pytest.fixture
def desk(running, embedder):
    yield Desk(running, embedder)
    running.close_clients()


def first_text(turn):
    return turn["answer"]["claims"][0]["text"]


def test_follow_up_is_understood_answered_and_kept(desk):
    conversation = desk.begin()
    first = desk.ask(conversation, FIRST)
    assert first["understood"]["question"] == FIRST
    assert first["understood"]["carried"] == []
    assert "4,210" in first_text(first)
    turn = desk.ask(conversation, "and the year before?")
    assert turn["question"] == "and the year before?"
    assert turn["understood"]["question"] == "What was net revenue of Lantern Works in fiscal 2021?"
    assert turn["understood"]["parts"] == {
        "issuers": ["Lantern Works"], "subject": "net revenue", "periods": ["fiscal 2021"],
    }  # fmt: skip
    assert "3,900" in first_text(turn)
    other = desk.ask(conversation, "what about Pump Yard?")
    assert other["understood"]["question"] == "What was net revenue of Pump Yard in fiscal 2021?"
    cited = {claim["citations"][0]["document_id"] for claim in other["answer"]["claims"]}
    assert cited == {desk.documents["Pump Yard"]}
    assert desk.turns(conversation) == [first, turn, other]
    listed = desk.reader.http.get("/v1/conversations").json()["items"]
    assert [(each["id"], each["title"]) for each in listed] == [(conversation, FIRST)]


def test_understood_question_is_edited_as_a_new_turn(desk):
    conversation = desk.begin()
    desk.ask(conversation, FIRST)
    wrong = desk.ask(conversation, "and the year before?")
    edited = "What was net revenue of Pump Yard in fiscal 2021?"
    turn = desk.ask(conversation, edited, edits=wrong["id"])
    assert turn["understood"]["is_edited"]
    assert turn["understood"]["question"] == edited
    assert "870" in first_text(turn)
    path = f"/v1/conversations/{conversation}/turns"
    absent = desk.reader.http.post(path, json={"question": edited, "edits": str(uuid4())})
    assert (absent.status_code, absent.json()["code"]) == (404, "turn-not-found")


def test_follow_up_is_previewed_without_being_stored(desk):
    conversation = desk.begin()
    desk.ask(conversation, FIRST)
    path = f"/v1/conversations/{conversation}/understandings"
    seen = desk.reader.http.post(path, json={"question": "and Pump Yard?"}).json()
    assert seen["question"] == "What was net revenue of Pump Yard in fiscal 2022?"
    assert len(desk.turns(conversation)) == 1


def test_unclear_follow_up_is_asked_about_and_is_not_referred_to(desk):
    conversation = desk.begin()
    desk.ask(conversation, FIRST)
    turn = desk.ask(conversation, "the same for its main competitor")
    assert turn["answer"] is None
    assert turn["understood"]["question"] is None
    assert "main competitor" in turn["understood"]["asks"]
    assert desk.ask(conversation, "Pump Yard")["understood"]["question"] == (
        "What was net revenue of Pump Yard in fiscal 2022?"
    )


def test_competitor_that_a_document_names_is_taken_while_it_is_visible(desk):
    page = "Our main competitor is Pump Yard. Net revenue of Lantern Works was $4,310 million in fiscal 2023."
    documents = PublishedDocuments(desk.server, desk.tenant_id, WordLlamaEmbedder())
    place = {"id": desk.collections["Lantern Works"]}
    documents.publish(desk.owner, place, page, issuer="Lantern Works", issuer_key=normalise_issuer("Lantern Works"))
    conversation = desk.begin()
    desk.ask(conversation, FIRST)
    turn = desk.ask(conversation, "the same for its main competitor")
    assert turn["understood"]["question"] == "What was net revenue of Pump Yard in fiscal 2022?"
    desk.hide("Lantern Works")
    assert desk.turns(conversation)[1]["understood"] is None


def test_nothing_of_a_hidden_document_is_shown_or_carried_on(desk):
    conversation = desk.begin(scope={"collection_ids": [desk.collections["Lantern Works"]]})
    desk.ask(conversation, "What was net revenue in fiscal 2022?")
    learnt = desk.ask(conversation, "and the year before?")
    assert learnt["understood"]["question"] == "What was net revenue in fiscal 2021 for Lantern Works?"
    desk.hide("Lantern Works")
    turns = desk.turns(conversation)
    shown = json.dumps(turns)
    assert "Lantern" not in shown
    assert "4,210" not in shown
    assert "3,900" not in shown
    assert [turn["understood"] is None for turn in turns] == [False, True]
    assert [turn["answer"]["outcome"] for turn in turns] == ["withdrawn", "withdrawn"]
    assert turns[0]["scope"]["hidden"] == 1
    following = desk.ask(conversation, "why?")
    assert following["answer"] is None
    assert "no longer see" in following["understood"]["asks"]
    edit = desk.reader.http.post(
        f"/v1/conversations/{conversation}/turns", json={"question": "Why?", "edits": learnt["id"]}
    )
    assert edit.json()["code"] == "turn-not-found"
    questions = desk.reader.http.get("/v1/questions").json()["items"]
    assert "Lantern" not in json.dumps(questions)


def test_conversation_of_another_user_is_absent(desk):
    conversation = desk.begin()
    turn = desk.ask(conversation, FIRST)
    other = desk.owner.http
    path = f"/v1/conversations/{conversation}"
    answers = [
        other.get(path),
        other.get(f"{path}/turns"),
        other.get(f"{path}/turns/{turn['id']}"),
        other.patch(path, json={"title": "Mine"}),
        other.delete(path),
        other.post(f"{path}/turns", json={"question": "why?"}),
        other.post(f"{path}/understandings", json={"question": "why?"}),
    ]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "conversation-not-found")}
    assert other.get("/v1/conversations").json()["items"] == []
    assert other.post(f"/v1/questions/{turn['id']}/feedback", json={"verdict": "wrong"}).status_code == 404


def test_what_a_scope_names_twice_is_shown_once_and_not_as_hidden(desk):
    collection = desk.collections["Pump Yard"]
    body = {"scope": {"collection_ids": [collection, collection], "issuers": ["Pump Yard", "Pump Yard"]}}
    scope = desk.reader.http.post("/v1/conversations", json=body).json()["scope"]
    assert (len(scope["collections"]), scope["issuers"], scope["hidden"]) == (1, ["Pump Yard"], 0)


def test_scope_stays_for_the_conversation_and_can_be_changed(desk):
    conversation = desk.begin(scope={"issuers": ["Pump Yard"]})
    question = "What was net revenue in fiscal 2022?"
    first = desk.ask(conversation, question)
    assert "910" in first_text(first)
    assert first["scope"]["issuers"] == ["Pump Yard"]
    assert "870" in first_text(desk.ask(conversation, "and the year before?"))
    changed = desk.ask(conversation, question, scope={"collection_ids": [desk.collections["Lantern Works"]]})
    assert "4,210" in first_text(changed)
    kept = desk.reader.http.get(f"/v1/conversations/{conversation}").json()["scope"]
    assert [each["id"] for each in kept["collections"]] == [desk.collections["Lantern Works"]]
    assert kept["issuers"] == []


def test_conversation_is_renamed_and_deleted_with_its_questions(desk):
    conversation = desk.begin()
    turn = desk.ask(conversation, FIRST)
    path = f"/v1/conversations/{conversation}"
    assert desk.reader.http.patch(path, json={"title": "Revenue"}).json()["title"] == "Revenue"
    assert desk.reader.http.delete(path).status_code == 204
    assert desk.reader.http.get(path).status_code == 404
    assert desk.reader.http.get(f"/v1/questions/{turn['answer']['id']}").status_code == 404


def test_repeated_request_returns_the_first_turn(desk):
    conversation = desk.begin()
    send = {"json": {"question": FIRST}, "headers": {"Idempotency-Key": uuid4().hex}}
    path = f"/v1/conversations/{conversation}/turns"
    first, again = (desk.reader.http.post(path, **send) for _ in range(2))
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(desk.turns(conversation)) == 1


def test_turn_is_streamed(desk):
    conversation = desk.begin()
    seen = stream(desk, conversation, FIRST)
    assert [name for name, _ in seen][:2] == ["understood", "sources"]
    assert [name for name, _ in seen][-2:] == ["done", "turn"]
    assert seen[0][1]["id"] == seen[-1][1]["id"]
    assert [name for name, _ in stream(desk, conversation, "the quarter?")] == ["turn"]


def stream(desk, conversation, question):
    answer = desk.reader.http.post(
        f"/v1/conversations/{conversation}/turns",
        json={"question": question},
        headers={"Accept": "text/event-stream"},
    )
    blocks = [block for block in answer.text.replace("\r\n", "\n").split("\n\n") if block.startswith("event: ")]
    return [
        (lines[0].removeprefix("event: "), json.loads(lines[1].removeprefix("data: ")))
        for lines in (block.split("\n") for block in blocks)
    ]


def test_history_is_paged(desk):
    made = [desk.begin(title=f"Conversation {number}") for number in range(3)]
    first = desk.reader.http.get("/v1/conversations", params={"limit": 2}).json()
    rest = desk.reader.http.get("/v1/conversations", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [each["id"] for each in first["items"] + rest["items"]] == made[::-1]
    assert rest["next_cursor"] is None
    bad = desk.reader.http.get("/v1/conversations", params={"cursor": "x"})
    assert bad.json()["code"] == "invalid-cursor"


def fill(desk, conversation, turns):
    documents = PublishedDocuments(desk.server, desk.tenant_id, None)
    documents.sql(
        "INSERT INTO turns (id, tenant_id, conversation_id, words, scope, asked_at) SELECT gen_random_uuid(), "
        f"tenant_id, id, 'x', '{{}}', now() FROM conversations, generate_series(1, {turns}) "
        f"WHERE id = '{UUID(conversation)}' RETURNING id"
    )


def test_full_conversation_takes_no_turn(desk):
    conversation = desk.begin()
    fill(desk, conversation, MOST_TURNS)
    answer = desk.reader.http.post(f"/v1/conversations/{conversation}/turns", json={"question": FIRST})
    assert (answer.status_code, answer.json()["code"]) == (409, "conversation-full")


def test_of_two_last_turns_at_once_one_is_stored(desk, shared_database):
    conversation = desk.begin()
    fill(desk, conversation, MOST_TURNS - 1)
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")

    def ask(question):
        return desk.reader.http.post(f"/v1/conversations/{conversation}/turns", json={"question": question}).status_code

    with ThreadPoolExecutor(2) as pool:
        with shared_database.owner.transaction(system_principal(desk.tenant_id)) as session:
            lock = text("SELECT 1 FROM conversations WHERE id = :id FOR UPDATE")
            session.execute(lock, {"id": conversation})
            answers = [pool.submit(ask, question) for question in (FIRST, FIRST.replace("2022", "2021"))]
            wait_for(lambda: session.scalar(waiting) >= 2, what="two turns that are to be stored")
        assert sorted(answer.result() for answer in answers) == [201, 409]


def test_feedback_reaches_engineers_who_may_read_the_documents(desk):
    conversation = desk.begin()
    desk.ask(conversation, FIRST)
    turn = desk.ask(conversation, "and the year before?")
    path = f"/v1/questions/{turn['answer']['id']}/feedback"
    page = {"document_id": desk.documents["Lantern Works"], "page": 1}
    body = {"verdict": "wrong", "comment": "too low", "right_answer": "$3,901 million", "pages": [page]}
    given = desk.reader.http.post(path, json=body)
    assert given.status_code == 201, given.text
    assert desk.reader.http.get(path).json() == given.json()
    assert desk.turns(conversation)[-1]["feedback"] == "wrong"
    (seen,) = desk.engineer.http.get("/v1/feedback").json()["items"]
    assert seen == given.json()
    assert seen["question"] == "What was net revenue of Lantern Works in fiscal 2021?"
    assert desk.reader.http.get("/v1/feedback").json()["code"] == "permission-required"
    hidden = desk.owner.http.post(
        "/v1/exclusions", json={"document_id": desk.documents["Lantern Works"], "user_id": str(desk.engineer.id)}
    )
    assert hidden.is_success, hidden.text
    assert desk.engineer.http.get("/v1/feedback").json()["items"] == []


def test_right_answer_is_confirmed_with_what_it_says_and_cites(desk):
    turn = desk.ask(desk.begin(), FIRST)
    path = f"/v1/questions/{turn['answer']['id']}/feedback"
    given = desk.reader.http.post(path, json={"verdict": "right"}).json()
    assert given["right_answer"] == first_text(turn)
    assert given["pages"][0] == {"document_id": desk.documents["Lantern Works"], "page": 1}


@pytest.mark.parametrize("page", [{"document_id": str(uuid4()), "page": 1}, {"page": 2}])
def test_feedback_names_only_pages_that_the_user_may_see(desk, page):
    turn = desk.ask(desk.begin(), FIRST)
    page = {"document_id": desk.documents["Lantern Works"], **page}
    answer: httpx.Response = desk.reader.http.post(
        f"/v1/questions/{turn['answer']['id']}/feedback", json={"verdict": "wrong", "pages": [page]}
    )
    assert (answer.status_code, answer.json()["code"]) == (404, "feedback-page-not-found")


def test_withdrawn_answer_takes_no_feedback_and_shows_none(desk):
    conversation = desk.begin()
    turn = desk.ask(conversation, FIRST)
    path = f"/v1/questions/{turn['answer']['id']}/feedback"
    assert desk.reader.http.post(path, json={"verdict": "wrong", "right_answer": "$4,211 million"}).status_code == 201
    desk.hide("Lantern Works")
    assert desk.reader.http.get(path).status_code == 404
    assert desk.reader.http.post(path, json={"verdict": "right"}).status_code == 404
    assert desk.turns(conversation)[0]["feedback"] is None
