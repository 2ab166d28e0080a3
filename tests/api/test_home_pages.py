"""The home page by role, and the pages of earlier questions, over HTTP."""

import pytest

from app.core.principal import Role
from tests.api.rights_world import Objects, World


@pytest.fixture(scope="module")
def world(server):
    return World(server)


@pytest.fixture(scope="module")
def objects(world):
    made = Objects(world)
    made["task_id"]
    return made


def home(world, user):
    answer = world.page_of(user.http).get("/")
    assert answer.status_code == 200
    return answer.text


def test_home_has_the_parts_of_the_users_roles_in_order(world, objects):
    reviewer = home(world, world.granted)
    assert reviewer.index('id="question-form"') < reviewer.index("Free, riskiest first")
    assert "Latest runs" not in reviewer
    engineer = home(world, world.engineer)
    assert engineer.index("Latest runs") < engineer.index('id="question-form"')
    analyst = home(world, world.server.user(world.tenant_id, Role.ANALYST))
    assert "Free, riskiest first" not in analyst
    every = home(world, world.server.user(world.tenant_id, Role.ANALYST, Role.EDITOR, Role.ENGINEER))
    assert every.index('id="question-form"') < every.index("Free, riskiest first") < every.index("Latest runs")
    assert "Your roles have no page here." in home(world, world.powerless)


def test_editor_sees_open_tasks_with_their_deal_and_nobody_elses(world, objects):
    page = home(world, world.granted)
    assert f'/review/tasks/{objects["task_id"]}"' in page
    assert f'/review?collection_id={objects["collection_id"]}"' in page
    assert objects["task_id"] not in home(world, world.analyst)


def test_editor_is_led_to_mentions_that_were_not_opened(world, objects):
    assert "not opened" not in home(world, world.granted)
    path, me = f"/v1/review/fields/{objects['field_id']}/comments", world.granted.http.get("/v1/me").json()["user_id"]
    world.granted.http.post(path, json={"body": "Net?", "mentions": [me]}).raise_for_status()
    page = home(world, world.granted)
    assert 'href="/review/mentions"' in page
    assert "1 not opened" in page


def test_watched_issuer_stands_on_the_home_page_with_its_new_documents(world, objects):
    world.put(world.granted, f"/v1/issuers/{objects['issuer_id']}/watch")
    world.sql("UPDATE document_versions SET published_at = now() WHERE id = :id", id=objects["version_id"])
    page = home(world, world.granted)
    assert f'href="/issuers/{objects["issuer_id"]}"' in page
    assert ">1 new</span>" in page
    assert objects["issuer_id"] not in home(world, world.owner)


def test_earlier_questions_are_found_opened_and_ones_own(world, objects):
    page = world.page_of(world.granted.http)
    question = objects["question_id"]
    assert f'href="/questions/{question}"' in page.get("/questions", params={"q": "NET revenue"}).text
    assert "No question or answer of yours has these words." in page.get("/questions", params={"q": "zzz"}).text
    opened = page.get(f"/questions/{question}")
    assert "What was net revenue?" in opened.text
    assert f"/v1/questions/{question}/export?format=csv" in opened.text
    assert page.get(f"/v1/questions/{question}/export").text.startswith("# What was net revenue?")
    other = world.page_of(world.owner.http)
    assert other.get(f"/questions/{question}").status_code == 404
    assert question not in other.get("/questions").text
