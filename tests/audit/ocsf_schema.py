"""The attributes of the OCSF 1.3 event classes that Footnote writes, copied from the schema's own files
(https://github.com/ocsf/ocsf-schema, version 1.3.0: events/base_event.json, events/iam/{account_change,authentication,
entity_management,group_management,user_access}.json, events/application/api_activity.json, objects/{metadata,product,
actor,network_endpoint}.json).
"""

from typing import Any

BASE = {
    "activity_id": int,
    "category_uid": int,
    "class_uid": int,
    "type_uid": int,
    "severity_id": int,
    "time": int,
    "metadata": dict,
}
OPTIONAL = {
    "time_dt": str,
    "status_id": int,
    "status_code": str,
    "unmapped": dict,
    "actor": dict,
    "src_endpoint": dict,
}
# class_uid: (activity_ids, required attributes, optional attributes, attributes of which at least one is required)
CLASSES: dict[int, tuple[set[int], dict[str, type], dict[str, type], set[str]]] = {
    3001: ({*range(1, 12)}, {"user": dict}, {}, set()),
    3002: ({*range(1, 6)}, {"user": dict}, {"service": dict}, {"service", "dst_endpoint"}),
    3004: ({1, 2, 3, 4}, {"entity": dict}, {}, set()),
    3005: ({1, 2, 3, 4}, {"user": dict}, {"privileges": list, "resources": list}, set()),
    3006: (
        {1, 2, 3, 4},
        {"group": dict},
        {"privileges": list, "resources": list, "user": dict},
        {"privileges", "user"},
    ),
    6003: ({1, 2, 3, 4}, {"actor": dict, "api": dict, "src_endpoint": dict}, {"resources": list}, set()),
}
ANY_CLASS = {0, 99}  # the activities Unknown and Other, which every class has


def check(event: dict[str, Any]) -> list[str]:
    """Return a sentence for each deviation of an event from the schema."""
    activities, required, further, one_of = CLASSES[event["class_uid"]]
    wrong = [
        f"{name} is missing or not of type {kind.__name__}"
        for name, kind in (BASE | required).items()
        if type(event.get(name)) is not kind
    ]
    known = BASE | OPTIONAL | required | further
    wrong += [
        f"{name} is not an attribute of the class, or has another type"
        for name in event
        if type(event[name]) is not known.get(name)
    ]
    if one_of and not one_of & event.keys():
        wrong.append(f"at least one of {sorted(one_of)} is required")
    if event["activity_id"] not in activities | ANY_CLASS:
        wrong.append("activity_id is not an activity of the class")
    if event["type_uid"] != event["class_uid"] * 100 + event["activity_id"]:
        wrong.append("type_uid is not class_uid * 100 + activity_id")
    if event["category_uid"] != event["class_uid"] // 1000:
        wrong.append("category_uid does not match class_uid")
    if not {"version", "product"} <= event["metadata"].keys() or "vendor_name" not in event["metadata"]["product"]:
        wrong.append("metadata lacks version or product")
    if not {"ip", "hostname", "name", "svc_name", "uid"} & event["src_endpoint"].keys():
        wrong.append("src_endpoint has no name or address")
    return wrong
