"""Translate SCIM's filters and sort orders (RFC 7644 §3.4.2) to SQL."""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from scim2_models import InvalidFilterException, InvalidPathException, SearchRequest
from scim2_models.path import (
    STRING_OPERATORS,
    AttrPath,
    CompareOperator,
    Comparison,
    FilterVisitor,
    LogicalExpr,
    LogicalOperator,
    Not,
    Present,
    ValuePath,
)
from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    Text,
    and_,
    case,
    column,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    type_coerce,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import JSONB

from app.identity.models import Group, GroupMember, GroupNesting, User
from app.identity.scim import resources as scim

Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Value:
    """A single-valued attribute: its SQL, and whether comparisons of text are case-sensitive."""

    sql: SQLColumnExpression[Any]
    case_exact: bool = False

    @property
    def comparable(self) -> SQLColumnExpression[Any]:
        return self.sql if self.case_exact or not _is_text(self.sql) else func.lower(self.sql)


@dataclass(frozen=True, slots=True)
class Rows:
    """A multi-valued attribute. `query` selects a row for each value; `attributes` are the sub-attributes of a row."""

    query: Select[Any]
    attributes: Mapping[str, Value]


Attribute = Value | Sequence[Rows]

_COMPARED: Mapping[CompareOperator, Callable[[Any, Any], Any]] = {
    CompareOperator.eq: operator.eq,
    CompareOperator.gt: operator.gt,
    CompareOperator.ge: operator.ge,
    CompareOperator.lt: operator.lt,
    CompareOperator.le: operator.le,
}
LOGIN = func.coalesce(User.user_name, User.email)
_STANDING_IN = func.jsonb_build_array(
    func.jsonb_build_object("value", User.email, "type", "work", "primary", literal(True))
)
_EMAILS = case(
    (User.profile.is_(None), _STANDING_IN),
    else_=func.coalesce(type_coerce(User.profile, JSONB)["emails"], func.jsonb_build_array()),
)
_email = func.jsonb_array_elements(_EMAILS).table_valued(column("value", JSONB), name="email").render_derived()
_role = func.unnest(User.roles).table_valued(column("value", Text), name="role").render_derived()


def _name(part: str) -> Value:
    return Value(type_coerce(User.profile, JSONB)[("name", part)].astext)


def _members(query: Select[Any], member_id: SQLColumnExpression[Any], kind: str) -> Rows:
    return Rows(query, {"value": Value(member_id, case_exact=True), "type": Value(literal(kind, Text))})


def _times(model: type[User | Group]) -> Mapping[str, Value]:
    return {"meta.created": Value(model.created_at), "meta.lastmodified": Value(model.updated_at)}


USER_ATTRIBUTES: Mapping[str, Attribute] = {
    "id": Value(User.id, case_exact=True),
    "externalid": Value(User.external_id, case_exact=True),
    "username": Value(LOGIN),
    "displayname": Value(User.name),
    "name.formatted": _name("formatted"),
    "name.familyname": _name("familyName"),
    "name.givenname": _name("givenName"),
    "active": Value(User.disabled_at.is_(None)),
    "emails": [
        Rows(
            select(literal(1)).select_from(_email),
            {
                "value": Value(_email.c.value["value"].astext),
                "type": Value(_email.c.value["type"].astext),
                "primary": Value(func.coalesce(_email.c.value["primary"].as_boolean(), False)),
            },
        )
    ],
    "roles": [Rows(select(literal(1)).select_from(_role), {"value": Value(_role.c.value)})],
    "groups": [
        Rows(
            select(literal(1)).select_from(GroupMember).where(GroupMember.user_id == User.id),
            {"value": Value(GroupMember.group_id, case_exact=True)},
        )
    ],
    **_times(User),
}
GROUP_ATTRIBUTES: Mapping[str, Attribute] = {
    "id": Value(Group.id, case_exact=True),
    "externalid": Value(Group.external_id, case_exact=True),
    "displayname": Value(Group.name),
    "members": [
        _members(
            select(literal(1)).select_from(GroupMember).where(GroupMember.group_id == Group.id),
            GroupMember.user_id,
            "User",
        ),
        _members(
            select(literal(1)).select_from(GroupNesting).where(GroupNesting.group_id == Group.id),
            GroupNesting.member_group_id,
            "Group",
        ),
    ],
    **_times(Group),
}
_ATTRIBUTES: Mapping[type, Mapping[str, Attribute]] = {scim.User: USER_ATTRIBUTES, scim.Group: GROUP_ATTRIBUTES}


def condition(kind: type[scim.User | scim.Group], request: SearchRequest[Any]) -> Condition | None:
    """Return the SQL condition of a filter; None for all rows. Raises InvalidFilterException for unsupported
    attributes.
    """
    if request.filter is None:
        return None
    return _Conditions(_ATTRIBUTES[kind], str(kind.__schema__)).visit(request.filter.ast)


def order(kind: type[scim.User | scim.Group], request: SearchRequest[Any]) -> Sequence[SQLColumnExpression[Any]]:
    """Return the sort columns, ending with the ID. Raises InvalidPathException."""
    attributes = _ATTRIBUTES[kind]
    last = cast(Value, attributes["id"]).sql
    if request.sort_by is None:
        return [last]
    name = str(request.sort_by).rpartition(":")[2].lower()
    # RFC 7644 §3.4.2.3 sorts by the primary address, which has its own column.
    found = Value(User.email) if name in {"emails", "emails.value"} else attributes.get(name)
    if not isinstance(found, Value):
        raise InvalidPathException(detail=f"Lists can't be sorted by {name}: choose another attribute.")
    first = found.comparable
    descending = request.sort_order == SearchRequest.SortOrder.descending
    return [first.desc().nulls_first() if descending else first.asc().nulls_last(), last]


class _Conditions(FilterVisitor[Condition]):
    def __init__(self, attributes: Mapping[str, Attribute], schema: str) -> None:
        self._attributes = attributes
        self._schema = schema

    def visit_comparison(self, node: Comparison) -> Condition:
        found, part = self._find(node.attr_path)
        if isinstance(found, Value):
            return _compare(found, node.op, node.value)
        if node.op is CompareOperator.ne:  # `ne` matches if no value equals the text
            return not_(_any(found, lambda of: _compare(of[part], CompareOperator.eq, node.value), part))
        return _any(found, lambda of: _compare(of[part], node.op, node.value), part)

    def visit_present(self, node: Present) -> Condition:
        found, part = self._find(node.attr_path)
        if isinstance(found, Value):
            return found.sql.is_not(None)
        return _any(found, lambda of: of[part].sql.is_not(None), part)

    def visit_not(self, node: Not) -> Condition:
        return not_(func.coalesce(self.visit(node.expr), false()))

    def visit_logical_expr(self, node: LogicalExpr) -> Condition:
        terms = [self.visit(term) for term in node.terms]
        return and_(*terms) if node.op is LogicalOperator.and_ else or_(*terms)

    def visit_value_path(self, node: ValuePath) -> Condition:
        found, _ = self._find(node.attr_path)
        if isinstance(found, Value):
            raise InvalidFilterException(detail=f"{node.attr_path} has no sub-attributes: leave out the brackets.")
        return _any(found, lambda of: _Conditions(of, self._schema).visit(node.val_filter), "value")

    def _find(self, path: AttrPath) -> tuple[Attribute, str]:
        """Return the attribute and the sub-attribute of a path."""
        name = path.attr.lower()
        part = (path.sub_attr or "value").lower()
        if path.uri is None or path.uri.lower() == self._schema.lower():
            found = self._attributes.get(f"{name}.{part}") if path.sub_attr else None
            found = found or self._attributes.get(name)
            if found is not None and not (isinstance(found, Value) and path.sub_attr and name in self._attributes):
                return found, part
        raise InvalidFilterException(detail=f"Lists can't be filtered by {path}: choose another attribute.")


def _any(sources: Sequence[Rows], make: Callable[[Mapping[str, Value]], Condition], part: str) -> Condition:
    if any(part not in source.attributes for source in sources):
        raise InvalidFilterException(detail=f"Lists can't be filtered by {part} of these values: choose another part.")
    return or_(*(exists(source.query.where(make(source.attributes))) for source in sources))


def _compare(value: Value, op: CompareOperator, given: Any) -> Condition:
    if given is None:
        return value.sql.is_(None) if op is CompareOperator.eq else value.sql.is_not(None)
    left = value.comparable
    if op in STRING_OPERATORS:
        text = left if _is_text(left) else sql_cast(left, Text)
        wanted = str(given) if value.case_exact else str(given).lower()
        if op is CompareOperator.co:
            return text.contains(wanted, autoescape=True)
        if op is CompareOperator.sw:
            return text.startswith(wanted, autoescape=True)
        return text.endswith(wanted, autoescape=True)
    right = _operand(value, given)
    if op is CompareOperator.ne:
        return left.is_distinct_from(right)
    return false() if right is None else cast(Condition, _COMPARED[op](left, right))


def _operand(value: Value, given: Any) -> Any:
    """Convert `given` to the attribute's type. Return None if this fails: no stored value can then equal it."""
    kind = _type_of(value.sql)
    try:
        if kind is UUID:
            return UUID(str(given))
        if kind is datetime:
            moment = given if isinstance(given, datetime) else datetime.fromisoformat(str(given))
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except ValueError:
        return None
    if kind is bool:
        return str(given).lower() == "true"
    return str(given) if value.case_exact else str(given).lower()


def _is_text(sql: SQLColumnExpression[Any]) -> bool:
    return _type_of(sql) is str


def _type_of(sql: SQLColumnExpression[Any]) -> type:
    return cast(ColumnElement[Any], sql).type.python_type
