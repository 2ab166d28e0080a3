"""The pipeline over RabbitMQ: the same code with another broker URL."""

import os
import shutil
import socket
import subprocess
from pathlib import Path
from signal import SIGKILL, SIGTERM

import pytest

from app.http.health.readiness import broker_check
from app.jobs.health import read_work_state
from app.settings import Settings
from app.stack.processes import end_process, start_tethered, tail
from workers.broker import build_broker_app
from workers.sending import CelerySender

pytestmark = pytest.mark.rabbitmq
SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")  # the script on PATH would run the server as another user
EPMD = shutil.which("epmd")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def rabbitmq(request, tmp_path, wait_for):
    """Start a separate RabbitMQ node on free ports, with its files in the test's folder; return its URL.

    The fixture's parameter is the memory that messages may use.
    """
    if shutil.which("rabbitmq-server") is None or not SERVER.exists() or EPMD is None:
        pytest.skip("RabbitMQ (Debian's rabbitmq-server) is not installed")
    home = tmp_path / "rabbitmq"
    home.mkdir()
    port, mapper = free_port(), str(free_port())
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "ERL_EPMD_PORT": mapper,
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODENAME": f"footnote{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_MNESIA_BASE": str(home / "data"),
        "RABBITMQ_LOG_BASE": str(home / "logs"),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none",  # no busy waiting, because the machine is shared
        "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "enabled_plugins"),
        "RABBITMQ_PID_FILE": str(home / "pid"),
    }
    (home / "enabled_plugins").write_text("[].")
    (home / "rabbitmq.conf").write_text(f"vm_memory_high_watermark.absolute = {getattr(request, 'param', '1GiB')}\n")
    log = tmp_path / "rabbitmq.log"
    # Start Erlang's port mapper (epmd) here. If Erlang started it, it would still run after the test.
    names = start_tethered(
        [EPMD, "-port", mapper, "-address", "127.0.0.1"], log=log, death_signal=SIGKILL, environment=environment
    )
    server = start_tethered([str(SERVER)], log=log, death_signal=SIGTERM, environment=environment, directory=home)
    try:
        wait_for(lambda: "Server startup complete" in log.read_text(errors="replace"), what="RabbitMQ")
        yield f"amqp://guest:guest@127.0.0.1:{port}//"
    finally:
        end_family(server)
        end_process(names, ((SIGTERM, 2.0), (SIGKILL, 2.0)))
        print(tail(log, 5))  # noqa: T201  pytest shows the log when the test fails


def end_family(server: subprocess.Popen[bytes]) -> None:
    """Stop the server's script and Erlang, which the script started as a child in the same process group."""
    os.killpg(server.pid, SIGTERM)
    try:
        server.wait(15)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, SIGKILL)
        server.wait(5)


def test_pipeline_runs_over_rabbitmq(ingestion, rabbitmq):
    ingestion.broker = rabbitmq
    sender = CelerySender(app=build_broker_app(Settings(broker={"url": rabbitmq}), response_seconds=30))
    assert sender.count("parse") == 0
    ingestion.start_relay()
    ingestion.start_worker()
    runs = [ingestion.upload(f"file {number}") for number in range(5)]
    ended = ingestion.wait_final(*runs)
    assert {(run.status, run.error_code) for run in ended} == {("ready", None)}
    assert sorted(ingestion.notes("indexed.txt")) == sorted(f"{run.version_id} 1" for run in ended)
    assert sender.count("parse") == 0
    sender.close()


@pytest.mark.parametrize("rabbitmq", ["1MiB"], indirect=True)
def test_full_rabbitmq_hinders_the_relay(ingestion, rabbitmq, wait_for):
    """It responds, but it confirms no message."""
    broker_check(rabbitmq)()
    ingestion.broker = rabbitmq
    ingestion.start_relay()
    ingestion.upload("waits")

    def find_trouble():
        with ingestion.database.api.anonymous() as session:
            return [beat.trouble for beat in read_work_state(session).of_part("relay") if beat.trouble]

    assert wait_for(find_trouble) == ["broker-unavailable"]
