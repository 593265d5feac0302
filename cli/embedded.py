"""Starting the embedded journal for `feltjournal --sandbox`: a process of its own, handed a key by us."""

from __future__ import annotations

from ports.disk import SystemDisk
from ports.folders import user_folders
from ports.ids import SystemIds
from services.trouble import Trouble, TroubleCode


def start_embedded() -> None:
    """Start the embedded journal of this user, unless it runs already.

    Raises:
        Trouble: SANDBOX_NOT_RUNNING with the sandbox's own words.
    """
    from sandbox.launching import StartFailed, start_detached
    from sandbox.state import StateFolder

    state = StateFolder(user_folders().sandbox, SystemDisk())
    try:
        start_detached(state, ids=SystemIds())
    except StartFailed as error:
        raise Trouble(TroubleCode.SANDBOX_NOT_RUNNING, shown=str(error)) from None
