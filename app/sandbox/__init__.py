"""Runs untrusted work (parsing a file with a C library) in a child process with limits, so no file crashes its caller.

Sandbox(preload=["workers.parsing.reader"], limits=Limits(…)).run("package.module:function", payload)
"""

from app.sandbox.protocol import Limits
from app.sandbox.sandbox import Sandbox

__all__ = ["Limits", "Sandbox"]
