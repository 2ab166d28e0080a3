"""Run a command that ends with its owner: `python -I -S tether.py SIGNAL OWNER_PID USER COMMAND…`.

An owner that is killed by kill -9 cannot stop its children. On Linux, the kernel sends SIGNAL to the command when the
thread that started it ends (prctl(2), PR_SET_PDEATHSIG). This file imports nothing of the app, so it starts in about
20 ms. It is a separate program, because a `preexec_fn` may deadlock in a process with threads. USER is the system user
to switch to, or "-" for no switch; PostgreSQL needs the switch, because it refuses to run as root.
"""

import ctypes
import os
import pwd
import resource
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def switch_user(name: str) -> None:
    user = pwd.getpwnam(name)
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    os.environ.update(HOME=user.pw_dir, USER=name, LOGNAME=name)


def main(arguments: list[str]) -> None:
    signal_name, owner, user, *command = arguments
    if user != "-":
        switch_user(user)  # must precede prctl, because a change of user clears the death signal
    # A core dump would contain decrypted text.
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, getattr(signal, signal_name))
        if os.getppid() != int(owner):
            sys.exit(f"the owner, process {owner}, has ended")
    os.execv(command[0], command)  # noqa: S606  a fixed argument list, deliberately without a shell


if __name__ == "__main__":
    main(sys.argv[1:])
