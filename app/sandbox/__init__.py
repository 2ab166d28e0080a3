"""Runs untrusted work (a file in a C library) in a child process with limits, so that no file takes its caller down.

Sandbox(preload=["workers.parsing.reader"], limits=Limits(…)).run("package.module:function", payload)
"""

from app.sandbox.protocol import Limits
from app.sandbox.sandbox import Sandbox

__all__ = ["Limits", "Sandbox"]
