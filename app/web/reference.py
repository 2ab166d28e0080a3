"""The OpenAPI document as a page tells it: operations by their tag, each with what it takes, answers and refuses."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode

Document = Mapping[str, Any]

_REF = "#/components/schemas/"
_LONGEST_CHOICE = 12
_JSON = "application/json"
_PROBLEM = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a part of a request's body. `where` is path, query, header or body."""

    name: str
    where: str
    type: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A success: its status, its media type ("" for no body) and an example of its body, if it is text."""

    status: str
    description: str
    media_type: str
    example: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A problem that an operation may answer."""

    status: str
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One call. `command` does it with curl, where `$KEY` is the caller's key."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    needs_key: bool
    fields: tuple[Field, ...]
    command: str
    answers: tuple[Answer, ...]
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """The operations of a tag."""

    name: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """The whole page. `shared` are the problems that most calls may answer: they are told once."""

    title: str
    version: str
    description: tuple[str, ...]
    sections: tuple[Section, ...]
    shared: tuple[Refusal, ...]


def describe_api(document: Document, *, base_url: str) -> Reference:
    """The page of an OpenAPI 3.1 document; commands call `base_url`, which ends without a slash."""
    reader = _Reader(document, base_url)
    found = [
        (operation["tags"][0], reader.read(method, path, operation)) for method, path, operation in _list(document)
    ]
    shared = _list_shared([operation for _, operation in found])
    sections: dict[str, list[Operation]] = {}
    for tag, operation in found:
        sections.setdefault(tag, []).append(_without(operation, shared))
    # What an operator calls comes after what an analyst calls.
    names = sorted(sections, key=lambda name: name == "operations")
    return Reference(
        title=document["info"]["title"],
        version=document["info"]["version"],
        description=tuple(document["info"].get("description", "").split("\n\n")),
        sections=tuple(Section(name, tuple(sections[name])) for name in names),
        shared=shared,
    )


class _Reader:
    """Reads one document's operations."""

    def __init__(self, document: Document, base_url: str) -> None:
        self._schemas: Mapping[str, Any] = document.get("components", {}).get("schemas", {})
        self._base_url = base_url

    def read(self, method: str, path: str, operation: Mapping[str, Any]) -> Operation:
        answers, refusals = _split_responses(operation["responses"])
        return Operation(
            id=operation["operationId"],
            method=method.upper(),
            path=path,
            summary=_summarise(operation),
            description=operation.get("description", ""),
            needs_key=bool(operation.get("security")),
            fields=(*self._list_parameters(operation), *self._list_body_fields(operation)),
            command=self._write_command(method.upper(), path, operation),
            answers=answers,
            refusals=refusals,
        )

    def _list_parameters(self, operation: Mapping[str, Any]) -> Iterator[Field]:
        for parameter in operation.get("parameters", ()):
            yield Field(
                name=parameter["name"],
                where=parameter["in"],
                type=self._name_type(parameter["schema"]),
                required=parameter.get("required", False),
                description=parameter.get("description", ""),
            )

    def _list_body_fields(self, operation: Mapping[str, Any]) -> Iterator[Field]:
        for media_type, content in _content(operation).items():
            schema = self._resolve(content["schema"])
            if "properties" not in schema:
                yield Field("", "body", media_type, True, schema.get("description", ""))
            for name, part in schema.get("properties", {}).items():
                yield Field(
                    name=name,
                    where="body",
                    type=self._name_type(part),
                    required=name in schema.get("required", ()),
                    description=part.get("description", ""),
                )

    def _write_command(self, method: str, path: str, operation: Mapping[str, Any]) -> str:
        shown = [parameter for parameter in operation.get("parameters", ()) if parameter.get("required")]
        for parameter in (each for each in shown if each["in"] == "path"):
            path = path.replace(f"{{{parameter['name']}}}", quote(self._sample(parameter), safe=""))
        query = urlencode({each["name"]: self._sample(each) for each in shown if each["in"] == "query"})
        address = f"{self._base_url}{path}{'?' + query if query else ''}"
        lines = [f"curl '{address}'" if method == "GET" else f"curl -X {method} '{address}'"]
        lines += ['-H "Authorization: Bearer $KEY"'] if operation.get("security") else []
        lines += [f"-H '{each['name']}: {self._sample(each)}'" for each in shown if each["in"] == "header"]
        for media_type, content in _content(operation).items():
            lines += self._write_body(media_type, content)
        return " \\\n  ".join(lines)

    def _write_body(self, media_type: str, content: Mapping[str, Any]) -> list[str]:
        if media_type == _JSON:
            body = json.dumps(_example_of(content), ensure_ascii=False, indent=2).replace("'", "'\\''")
            return [f"-H 'Content-Type: {media_type}'", f"-d '{body}'"]
        schema = self._resolve(content["schema"])
        if "properties" not in schema:
            return ["--data-binary @annual-report-2025.pdf"]
        required = schema.get("required", ())
        return [
            "-F file=@annual-report-2025.pdf" if part.get("format") == "binary" else f"-F {name}=Filings"
            for name, part in schema["properties"].items()
            if name in required
        ]

    def _sample(self, parameter: Mapping[str, Any]) -> str:
        schema = self._resolve(parameter["schema"])
        for found in ([parameter["example"]] if "example" in parameter else [], schema.get("examples", ())):
            for value in found:
                return str(value)
        if schema.get("format") == "uuid":
            return "0190c0de-7e57-7000-8000-00000000feed"
        return "1" if schema.get("type") == "integer" else parameter["name"]

    def _resolve(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in schema:
            schema = self._schemas[schema["$ref"].removeprefix(_REF)]
        return schema

    def _name_type(self, schema: Mapping[str, Any]) -> str:
        """A type in a few words: `integer from 1 to 200`, `one of: viewer, editor, owner`, `list of string (uuid)`."""
        schema = self._resolve(schema)
        parts = [part for key in ("anyOf", "oneOf") for part in schema.get(key, ()) if part.get("type") != "null"]
        if parts:
            return " or ".join(dict.fromkeys(self._name_type(part) for part in parts))
        if "enum" in schema:
            choice = [str(value) for value in schema["enum"]]
            return "one of: " + ", ".join(choice[:_LONGEST_CHOICE]) + (", …" if len(choice) > _LONGEST_CHOICE else "")
        if schema.get("format") == "binary":
            return "file"
        kind = schema.get("type", "any")
        if kind == "array":
            return f"list of {self._name_type(schema.get('items', {}))}"
        return f"{kind}{_name_bounds(schema)}"


def _summarise(operation: Mapping[str, Any]) -> str:
    """An operation's summary; one that the framework made of its name in the case of a sentence."""
    summary: str = operation.get("summary", operation["operationId"])
    made_up = summary == operation["operationId"].replace("_", " ").title()
    return summary.capitalize() if made_up else summary


def _name_bounds(schema: Mapping[str, Any]) -> str:
    if "format" in schema:
        return f" ({schema['format']})"
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f" from {low:g} to {high:g}"
    longest = schema.get("maxLength")
    return "" if longest is None else f" of up to {longest} characters"


def _list(document: Document) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method, path, operation


def _content(operation: Mapping[str, Any]) -> Mapping[str, Any]:
    content: Mapping[str, Any] = operation.get("requestBody", {}).get("content", {})
    return content


def _split_responses(responses: Mapping[str, Any]) -> tuple[tuple[Answer, ...], tuple[Refusal, ...]]:
    answers: list[Answer] = []
    refusals: list[Refusal] = []
    # Successes stay in the document's order: its first is the usual one.
    for status, response in responses.items():
        content = response.get("content", {})
        for code, example in content.get(_PROBLEM, {}).get("examples", {}).items():
            refusals.append(Refusal(status, code, example["summary"]))
        if status < "400":
            described = response.get("description", "")
            answers += [
                Answer(status, described, media_type, _show(_example_of(part))) for media_type, part in content.items()
            ] or [Answer(status, described, "", "")]
    return tuple(answers), tuple(sorted(refusals, key=lambda refusal: (refusal.status, refusal.code)))


def _example_of(content: Mapping[str, Any]) -> object:
    named: Mapping[str, Any] = content.get("examples", {})
    return content.get("example", next((example["value"] for example in named.values()), None))


def _show(example: object) -> str:
    if example is None or isinstance(example, str):
        return example or ""
    return json.dumps(example, ensure_ascii=False, indent=2)


def _list_shared(operations: Sequence[Operation]) -> tuple[Refusal, ...]:
    """Problems that more than half of the operations may answer."""
    count: dict[Refusal, int] = {}
    for operation in operations:
        for refusal in operation.refusals:
            count[refusal] = count.get(refusal, 0) + 1
    return tuple(refusal for refusal, times in sorted(count.items(), key=_by_status) if times * 2 > len(operations))


def _by_status(counted: tuple[Refusal, int]) -> tuple[str, str]:
    return counted[0].status, counted[0].code


def _without(operation: Operation, shared: Sequence[Refusal]) -> Operation:
    return replace(operation, refusals=tuple(each for each in operation.refusals if each not in shared))
