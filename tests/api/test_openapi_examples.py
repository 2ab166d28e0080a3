"""The OpenAPI document has a valid example of every request, response and error."""

import json

import jsonschema_rs
import pytest

from app.http.openapi.examples import Examples

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PARQUET = "application/vnd.apache.parquet"
BYTES = {"application/octet-stream", "image/png", "multipart/form-data", XLSX, PARQUET}


def bodies(document):
    """Yield (place in the document, media type, content) for each request body and response body."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            answers = [(f"{method} {path} {status}", answer) for status, answer in operation["responses"].items()]
            for where, body in [(f"{method} {path}", operation.get("requestBody", {})), *answers]:
                for media_type, content in body.get("content", {}).items():
                    yield where, media_type, content


def values(content):
    return [content["example"]] if "example" in content else [each["value"] for each in content["examples"].values()]


def test_every_body_has_examples_that_match_its_schema(server):
    document = server.client().get("/openapi.json").json()
    wrong, missing = [], []
    validators = {}  # many responses have the same schema
    for where, media_type, content in bodies(document):
        if not {"example", "examples"} & content.keys():
            missing += [where] if media_type not in BYTES else []
            continue
        schema = json.dumps(content["schema"], sort_keys=True)
        if schema not in validators:
            validators[schema] = jsonschema_rs.validator_for(
                {**content["schema"], "components": document["components"]}
            )
        takes = validators[schema]
        wrong += [(where, value) for value in values(content) if not takes.is_valid(value)]
    assert (missing, wrong) == ([], [])


PLACE = {"type": "object", "title": "Place", "required": ["id"], "properties": {
    "id": {"type": "string", "format": "uuid"}, "rooms": {"type": "integer", "minimum": 3},
    "note": {"anyOf": [{"type": "string"}, {"type": "null"}]}, "kind": {"enum": ["flat", "house"]},
    "inside": {"$ref": "#/components/schemas/Place"},
}}  # fmt: skip


def test_request_example_is_minimal_and_response_example_complete():
    examples = Examples({"Place": PLACE})
    place = {"$ref": "#/components/schemas/Place"}
    assert list(examples.of_request(place)) == ["id"]
    whole = examples.of_response(place)
    assert (whole["rooms"], whole["note"], whole["kind"]) == (3, "text", "flat")
    assert whole["inside"]["inside"]["kind"] == "flat"


@pytest.mark.parametrize(
    ("schema", "example"),
    [
        ({"type": "string", "examples": ["own"]}, "own"),
        ({"type": "integer", "default": 50}, 50),
        ({"type": "array", "items": {"type": "boolean"}}, [True]),
        ({"type": "number"}, 0.5),
        ({"const": "fixed"}, "fixed"),
        ({"type": "string", "format": "date"}, "2025-12-31"),
    ],
)
def test_example_matches_the_schema(schema, example):
    assert Examples({}).of_response(schema) == example
