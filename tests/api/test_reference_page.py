"""`/docs`: the page of the API, drawn from its OpenAPI document."""

import html
import os
import re
import shutil
import subprocess

import pytest

from app.web.reference import describe_api


@pytest.fixture(scope="module")
def document(server):
    return server.client().get("/openapi.json").json()


@pytest.fixture(scope="module")
def shown(server):
    return server.client().get("/docs")


def test_everybody_may_read_it_and_it_loads_nothing_from_elsewhere(shown):
    assert shown.status_code == 200
    assert shown.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in shown.headers["content-security-policy"]
    assert "<script" not in shown.text
    assert "style=" not in shown.text
    assert {
        link for link in re.findall(r'(?:href|src)="([^"#]+)"', shown.text) if link.startswith(("http", "//"))
    } == set()


def test_it_tells_every_call_with_what_it_takes_and_every_code_that_it_may_answer(document, shown):
    text = html.unescape(re.sub(r"<[^>]+>", "", shown.text))
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert f"{method.upper()} {path}" in text
            assert f'id="{operation["operationId"]}"' in shown.text
            for parameter in operation.get("parameters", ()):
                assert parameter["name"] in text
            for answer in operation["responses"].values():
                for code in answer.get("content", {}).get("application/problem+json", {}).get("examples", ()):
                    assert code in text


def test_a_problem_is_told_once_for_all_calls_or_with_the_call_that_has_it(document):
    reference = describe_api(document, base_url="http://127.0.0.1")
    shared = {refusal.code for refusal in reference.shared}
    assert {"rate-limited", "key-missing", "unavailable"} <= shared
    calls = {operation.id: operation for section in reference.sections for operation in section.operations}
    assert shared.isdisjoint(refusal.code for operation in calls.values() for refusal in operation.refusals)
    assert "collection-not-found" in {refusal.code for refusal in calls["upload_document"].refusals}
    assert reference.sections[-1].name == "operations"


def test_types_are_told_in_words(document):
    reference = describe_api(document, base_url="http://127.0.0.1")
    calls = {operation.id: operation for section in reference.sections for operation in section.operations}
    told = {field.name: (field.where, field.type, field.required) for field in calls["list_documents"].fields}
    assert told["limit"] == ("query", "integer from 1 to 200", False)
    assert told["status"] == ("query", "one of: processing, ready, failed", False)
    assert {field.type for field in calls["upload_document"].fields if field.name == "file"} == {"file"}
    grant = {field.name: field.type for field in calls["create_grant"].fields}
    assert (grant["level"], grant["user_id"]) == ("one of: viewer, editor, owner", "string (uuid)")


@pytest.mark.parametrize("call", ["get_me", "create_collection", "upload_document", "put_file", "create_key"])
def test_its_commands_can_be_run_as_they_stand(server, editor, document, call, tmp_path):
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    made = editor.http.post("/v1/collections", json={"name": "Filings"}).json()
    (tmp_path / "annual-report-2025.pdf").write_bytes(b"%PDF-1.7 of a kind")
    reference = describe_api(document, base_url=server.url)
    calls = {operation.id: operation for section in reference.sections for operation in section.operations}
    command = calls[call].command.replace("0190c0de-7e57-7000-8000-00000000feed", made["id"])
    done = subprocess.run(
        ["sh", "-c", f"{command} --silent --show-error --fail-with-body --noproxy '*'"],
        env={"PATH": os.environ["PATH"], "KEY": editor.key},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    assert done.stdout.startswith("{")


def test_what_a_description_says_is_text_and_not_markup():
    answer = {"200": {"description": "<b>bold</b>"}}
    document = {
        "info": {"title": "T", "version": "1"},
        "paths": {"/x": {"get": {"tags": ["t"], "operationId": "x_it", "summary": "X It", "responses": answer}}},
    }
    reference = describe_api(document, base_url="http://127.0.0.1")
    ((operation,),) = [section.operations for section in reference.sections]
    assert (operation.summary, operation.answers[0].description) == ("X it", "<b>bold</b>")
    assert operation.command == "curl 'http://127.0.0.1/x'"
