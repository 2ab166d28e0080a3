"""Tasks belong to one Celery app."""

from types import SimpleNamespace
from uuid import uuid4

from celery import Celery

from app.jobs.plan import SIGN_CHECKPOINT
from app.settings import ObservabilitySettings
from workers.tasks import register_tasks


def test_two_apps_of_a_process_keep_their_own_parts():
    signed = []
    apps = {}
    for name in ("first", "second"):
        apps[name] = Celery(name, set_as_current=False)
        signer = SimpleNamespace(sign=lambda _tenant, name=name: signed.append(name))
        register_tasks(
            apps[name],
            load=lambda: None,
            build=lambda signer=signer: SimpleNamespace(signer=signer),
            start_pulse=lambda _worker: None,
            observability=ObservabilitySettings(),
            quarantine_bytes=0,
        )
    apps["second"].tasks[SIGN_CHECKPOINT](tenant_id=str(uuid4()))
    apps["first"].tasks[SIGN_CHECKPOINT](tenant_id=str(uuid4()))
    assert signed == ["second", "first"]
