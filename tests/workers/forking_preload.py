"""What the server of `tests.workers.forking` loads before it forks; the collector is off, as all of it stays."""

import gc

gc.disable()

import tests.workers.plain_process  # noqa: E402, F401  with the collector off, and for its own sake
import workers.relay  # noqa: E402, F401  the same

gc.freeze()
