"""Run a command that ends with its owner: `python -I -S tether.py SIGNAL OWNER_PID USER COMMAND…`.

A kill -9 of the owner gives it no chance to stop its children. Linux does that for us (prctl(2),
PR_SET_PDEATHSIG): the kernel sends SIGNAL to the command when the thread that started it is gone. This file
stands alone, so that it starts in some 20 ms, and is a program of its own rather than a `preexec_fn`, which
may deadlock in a process with threads. USER is the system user to become, or "-": PostgreSQL refuses to run
as root.
"""

import ctypes
import os
import pwd
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def become(name: str) -> None:
    user = pwd.getpwnam(name)
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    os.environ.update(HOME=user.pw_dir, USER=name, LOGNAME=name)


def main(arguments: list[str]) -> None:
    signal_name, owner, user, *command = arguments
    if user != "-":
        become(user)  # before prctl: a change of user clears the death signal
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, getattr(signal, signal_name))
        if os.getppid() != int(owner):
            sys.exit(f"the owner, process {owner}, is gone")
    os.execv(command[0], command)  # noqa: S606  a fixed argument list and no shell is what is wanted here


if __name__ == "__main__":
    main(sys.argv[1:])
