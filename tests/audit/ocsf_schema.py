"""What OCSF 1.3 asks of the classes that we write, as far as its names go: written down from the schema's own files
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
# class → (its activities, its required attributes, further ones, sets of which one at least is there)
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
ANY_CLASS = {0, 99}  # Unknown, Other


def check(told: dict[str, Any]) -> list[str]:
    """What is not as the schema says."""
    activities, required, further, one_of = CLASSES[told["class_uid"]]
    wrong = [
        f"{name} is missing or no {kind.__name__}"
        for name, kind in (BASE | required).items()
        if type(told.get(name)) is not kind
    ]
    known = BASE | OPTIONAL | required | further
    wrong += [
        f"{name} is no attribute of the class, or of another type"
        for name in told
        if type(told[name]) is not known.get(name)
    ]
    if one_of and not one_of & told.keys():
        wrong.append(f"none of {sorted(one_of)}")
    if told["activity_id"] not in activities | ANY_CLASS:
        wrong.append("activity_id is none of the class")
    if told["type_uid"] != told["class_uid"] * 100 + told["activity_id"]:
        wrong.append("type_uid is not class_uid * 100 + activity_id")
    if told["category_uid"] != told["class_uid"] // 1000:
        wrong.append("category_uid is not the class's")
    if not {"version", "product"} <= told["metadata"].keys() or "vendor_name" not in told["metadata"]["product"]:
        wrong.append("metadata lacks version or product")
    if not {"ip", "hostname", "name", "svc_name", "uid"} & told["src_endpoint"].keys():
        wrong.append("src_endpoint names nothing")
    return wrong
