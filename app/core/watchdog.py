"""The watchdog protocol of systemd, which `footnote up` also uses: it replaces a process that sends no notices."""

import os
import socket
from contextlib import suppress

ADDRESS = "NOTIFY_SOCKET"
"""The variable with the path of the supervisor's socket; "@" at its start means an abstract socket (sd_notify(3))."""

ALIVE = b"WATCHDOG=1"


def notify_watchdog() -> None:
    """Notify the supervisor, if there is one, that this process works. It never waits and never fails."""
    address = os.environ.get(ADDRESS)
    if not address:
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        sender.sendto(ALIVE, "\0" + address[1:] if address.startswith("@") else address)
