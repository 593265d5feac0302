"""What can be done with the audit log: hold it against its chain, and against what the keyring and the journal have of it."""

from __future__ import annotations

from services.at_work import AtWork
from services.log_check import LogFinding, check_log
from services.trouble_from import told


class LogActs(AtWork):
    """Every method raises `Trouble` and nothing else on purpose."""

    async def verify_log(self, *, asks_journal: bool) -> LogFinding:
        """Check the log of this cache; the journal's copy too, if it is to be asked."""
        with told():
            return await check_log(self._open(), self._setup.worker, asks_journal=asks_journal)
