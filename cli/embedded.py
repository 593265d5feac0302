"""Starting the embedded journal before the client needs it (`--sandbox`)."""

from __future__ import annotations

from ports.disk import SystemDisk
from ports.folders import user_folders
from ports.ids import SystemIds
from services.trouble import Trouble, TroubleCode


def start_embedded() -> None:
    """Start the embedded journal on its usual state, unless it runs already; return when it answers.

    Raises:
        Trouble: it did not start, or another program has its port; `shown` says why.
    """
    from sandbox.launching import StartFailed, start_detached
    from sandbox.state import StateFolder

    try:
        start_detached(StateFolder(user_folders().sandbox, SystemDisk()), ids=SystemIds())
    except StartFailed as failed:
        code = TroubleCode.SANDBOX_PORT_TAKEN if failed.is_port_taken else TroubleCode.SANDBOX_NOT_RUNNING
        raise Trouble(code, shown=str(failed)) from failed
