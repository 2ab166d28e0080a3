"""Requests for every operation of the OpenAPI document, with a payload in every text parameter and text field."""

import itertools
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote
from uuid import uuid4

PAYLOADS = (
    "' OR '1'='1",
    "'; SELECT set_config('footnote.who', '', true); --",
    "'); SELECT set_config('footnote.classes', '1|1|1#', true); --",
    "') UNION SELECT id::text FROM documents --",
    "x' AND (SELECT count(*) FROM pg_sleep(0)) > 0 --",
    "$$; RESET ALL; SELECT $$",
    "$a$ || current_setting('footnote.who') || $a$",
    "\\'; SET ROLE footnote_owner; --",
    "%s %(tenant)s %(documents)b %",
    ":name :tenant_id {0} {tenant}",
    '"; SET SESSION AUTHORIZATION footnote_owner; --',
    "E'\\x27 \\u0027 \\",
    "'/**/OR/**/1=1#",
    "NULL\x00' OR 1=1 --",
    "*)(uid=*))(|(uid=*' or userName pr",
)
"""Common SQL injections, and injections that use Footnote's settings, placeholders and filters."""

SHARE = 1 if "FOOTNOTE_PROVE_READS" in os.environ else 3
"""Each operation and each field gets every third payload. The next one gets the payloads that follow these. In `make
prove-access`, each gets all payloads.
"""

_METHODS = ("get", "post", "put", "patch", "delete")
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
_BY_FORMAT = {"date-time": "2090-01-01T00:00:00Z", "date": "2020-12-31", "email": "ana@example.org"}


@dataclass(frozen=True, slots=True)
class FilledRequest:
    """A request. Its body is JSON, bytes or form fields. `template`: the path with the names of its parameters."""

    method: str
    template: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any = None
    content: bytes | None = None
    fields: Mapping[str, str] | None = None
    file: tuple[str, bytes] | None = None
    """Name and content of a file. With a file, the fields are sent as multipart."""
    sent: frozenset[str] = frozenset()
    """The form fields that contain the payload."""


@dataclass
class RequestMaker:
    """Makes requests for the operations of an OpenAPI document. In a request, all texts are payloads, ids are known
    ids, and other values are valid.
    """

    document: Mapping[str, Any]
    ids: Mapping[str, str]
    """The known ids, by parameter name. Other parameters get `unknown`."""
    left_out: frozenset[str] = field(default_factory=frozenset)
    unknown: str = field(default_factory=lambda: str(uuid4()))

    def requests(self, number: int) -> Iterator[FilledRequest]:
        """Yield requests with payload `number`. A `SHARE` of the operations get a request with the payload in their
        required parameters. Every third optional parameter gets another request. Over all numbers, each optional
        parameter gets a third of the payloads. Requests without a text come once, with the last payload: they read what
        was stored.
        """
        payload, places, last = PAYLOADS[number], itertools.count(number), number == len(PAYLOADS) - 1
        for place, (template, method, operation) in enumerate(self._operations()):
            if template in self.left_out:
                continue
            parameters = operation.get("parameters", [])
            extras = [each["name"] for each in parameters if not each.get("required")]
            for extra in (None, *(name for name in extras if next(places) % 3 == 0)):
                made, other = (self._fill(template, method, operation, text, extra) for text in (payload, ""))
                sent = extra is not None or (number + place) % SHARE == 0
                if (sent and made != other) or (last and made == other):
                    yield made

    def form_requests(self, number: int) -> Iterator[FilledRequest]:
        """Yield a request for a `SHARE` of the operations' form fields, with payload `number` in that field."""
        filled = itertools.chain.from_iterable(
            self._fill_forms(*operation, PAYLOADS[number]) for operation in self._operations()
        )
        yield from itertools.islice(filled, number % SHARE, None, SHARE)

    def _operations(self) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        for template, item in self.document["paths"].items():
            yield from ((template, method, item[method]) for method in _METHODS if method in item)

    def _fill(
        self, template: str, method: str, operation: Mapping[str, Any], payload: str, extra: str | None
    ) -> FilledRequest:
        path, query, headers = template, dict[str, str](), dict[str, str]()
        for parameter in operation.get("parameters", []):
            name, place = parameter["name"], parameter["in"]
            if not parameter.get("required") and name != extra:
                continue
            value = str(self._value(parameter["schema"], payload, name))
            if place == "path":
                # A DELETE request with a valid id would delete an object that later requests need.
                path = path.replace("{" + name + "}", quote(payload if method == "delete" else value, safe=""))
            elif place == "query":
                query[name] = value
            elif place == "header":
                headers[name] = value.replace("\x00", "").encode("ascii", "replace").decode()
        contents = operation.get("requestBody", {}).get("content", {})
        json_schema = next((each.get("schema") for kind, each in contents.items() if kind.endswith("json")), None)
        body = None if json_schema is None else self._value(json_schema, payload, "")
        content = payload.encode() if contents and json_schema is None else None
        if content is not None:
            headers["Content-Type"] = next(iter(contents))
        return FilledRequest(method, template, path, query, headers, body, content)

    def _fill_forms(
        self, template: str, method: str, operation: Mapping[str, Any], payload: str
    ) -> Iterator[FilledRequest]:
        """Yield a request for each field, with the payload in this field and valid values in the required fields. If
        the form has a file, also yield a request with the payload as the file name.
        """
        contents = operation.get("requestBody", {}).get("content", {})
        kind = next((each for each in contents if each in _FORMS), None)
        if kind is None:
            return
        plain = self._fill(template, method, operation, payload, None)
        properties = contents[kind]["schema"]["properties"]
        files = [name for name, each in properties.items() if each.get("format") == "binary"]
        valid = {name: self.ids[f"{name}_id"] for name in contents[kind]["schema"]["required"] if name not in files}
        for name in [*(each for each in properties if each not in files), *(["filename"] if files else [])]:
            # All files differ, because a second upload of the same content would create no document.
            file = (payload if name == "filename" else "made.txt", f"{name}: {payload}".encode()) if files else None
            fields = valid | ({} if name == "filename" else {name: payload})
            yield replace(plain, headers={}, content=None, fields=fields, file=file, sent=frozenset({name}))

    def _value(self, schema: Mapping[str, Any], payload: str, name: str) -> Any:
        if "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
        for several in ("anyOf", "oneOf", "allOf"):
            if several in schema:
                chosen = [each for each in schema[several] if each.get("type") != "null"]
                return self._value(chosen[0], payload, name)
        if "const" in schema or "enum" in schema:
            return schema.get("const", schema.get("enum", [None])[0])
        makers: Mapping[str, Callable[[], Any]] = {
            "object": lambda: {
                key: self._value(each, payload, key)
                for key, each in schema.get("properties", {}).items()
                if key in schema.get("required", ()) or self._is_text(each)
            },
            "array": lambda: [self._value(schema.get("items", {}), payload, name.removesuffix("s"))],
            "integer": lambda: schema.get("minimum", 1),
            "number": lambda: schema.get("minimum", 1),
            "boolean": lambda: False,
        }
        made = makers.get(schema.get("type", ""), lambda: self._text(schema, payload, name))
        return made()

    @staticmethod
    def _is_text(schema: Mapping[str, Any]) -> bool:
        several = [schema, *schema.get("anyOf", ()), *schema.get("oneOf", ())]
        return any(each.get("type") == "string" and "format" not in each for each in several)

    def _text(self, schema: Mapping[str, Any], payload: str, name: str) -> str:
        kind = schema.get("format", "")
        if kind == "uuid":
            return self.ids.get(name, self.unknown)
        return _BY_FORMAT.get(kind, payload[: schema.get("maxLength", len(payload))])
