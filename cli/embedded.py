"""Starting the embedded journal before the client needs it (`--sandbox`)."""

from __future__ import annotations

from ports.disk import SystemDisk
from ports.folders import user_folders
from ports.ids import SystemIds
from services.trouble import Trouble, TroubleCode


def start_embedded() -> None:
    """Start the embedded journal on its usual state, unless it runs already; return when it answers.

    Raises:
        Trouble: it did not start; `shown` says why.
    """
    from sandbox.launching import StartFailed, start_detached
    from sandbox.state import StateFolder

    try:
        start_detached(StateFolder(user_folders().sandbox, SystemDisk()), ids=SystemIds())
    except StartFailed as failed:
        raise Trouble(TroubleCode.SANDBOX_NOT_RUNNING, shown=str(failed)) from failed
