"""What can go wrong, as codes that the screens and the command line put into words.

Services raise `Trouble`; the words (what happened, what is safe, what to do next) are in `tui/text/`, so that each language says
them and no free text from a server is mistaken for ours. `details` are short facts for the words to name: never patient data,
except `shown`, which is text of the journal and is shown only through the text filter.
"""

from __future__ import annotations

from enum import StrEnum


class TroubleCode(StrEnum):
    """One name per kind of trouble a person may meet."""

    JOURNAL_UNREACHABLE = "journal-unreachable"
    ANSWER_LOST = "answer-lost"
    SIGNED_OUT = "signed-out"  # 401 and no refresh: sign in again; the outbox waits
    FORBIDDEN = "forbidden"  # 403
    NOT_GRANTED = "not-granted"  # the sign-in gave no right to write this
    NOT_FOUND = "not-found"  # 404
    GONE = "gone"  # 410
    CONFLICT = "conflict"  # 409, 412
    REFUSED = "refused"  # 400, 422: details["shown"] has the OperationOutcome's words
    TOO_MANY = "too-many"  # 429
    SERVER_FAULT = "server-fault"  # 5xx
    NOT_A_JOURNAL = "not-a-journal"  # HTML with status 200, a login page of some network
    BROKEN_ANSWER = "broken-answer"  # cut or invalid JSON
    WRONG_PATIENT = "wrong-patient"  # an answer about another patient than was asked for
    TOO_LARGE = "too-large"
    SIGN_IN_FAILED = "sign-in-failed"  # details: reason
    LEVEL_TOO_LOW = (
        "level-too-low"  # the sign-in was made at a lower level than the journal demands; details: wanted
    )
    SIGN_IN_TOO_OLD = (
        "sign-in-too-old"  # the person proved who they are too long ago; details: wanted, in minutes
    )
    COURSE_MISSING = "course-missing"  # details: courses, training, organisation; no chart is shown
    PIN_TOO_SHORT = "pin-too-short"
    PIN_COMMON = "pin-common"
    WRONG_PIN = "wrong-pin"  # details: left, wait
    PIN_WAITS = "pin-waits"  # the wait after a wrong one is not over, nothing was tried; details: left, wait
    PIN_LOCKED = "pin-locked"  # five wrong: locked until an online sign-in
    PIN_ONE_LEFT = "pin-one-left"  # the last attempt is for the door
    NO_PIN_HERE = "no-pin-here"  # nothing is kept, so there is no PIN to change
    NO_KEYRING = "no-keyring"
    KEYRING_AWAY = (
        "keyring-away"  # the one that the cache was made with does not answer; the item may still be there
    )
    KEYRING_LOST = "keyring-lost"  # the keyring answers but our item is gone or is another one
    CACHE_DAMAGED = "cache-damaged"
    CACHE_MISSING = "cache-missing"  # nobody has one here
    CACHE_LOST = "cache-lost"  # there was one, and its database is gone
    CACHE_OLDER = "cache-older"  # an older copy was put back, or what was last written is gone
    CACHE_SWAPPED = "cache-swapped"  # the files are another user's or another journal's
    CACHE_EXPOSED = "cache-exposed"  # others may read the files
    CACHE_REMOTE = "cache-remote"  # the files lie on a network disk
    CACHE_TOO_NEW = "cache-too-new"  # a later version wrote it
    CACHE_BUSY = "cache-busy"  # another client has it open
    DISK_FULL = "disk-full"
    DISK_FAULT = "disk-fault"
    DISK_READ_ONLY = "disk-read-only"
    DRAFT_INCOMPLETE = "draft-incomplete"
    DRAFT_OTHER_PATIENT = "draft-other-patient"
    DIGITS_DIFFER = "digits-differ"  # the re-typed digits are not this patient's
    NOT_EMBEDDED = (
        "not-embedded"  # what answers on the embedded journal's address could not prove that it is it
    )
    LOCKED = "locked"  # nothing can be read before unlocking
    TOO_LATE_TO_WITHDRAW = "too-late-to-withdraw"
    NOT_CACHED = "not-cached"
    CANNOT_CHANGE = (
        "cannot-change"  # something was cut out of it, or it cannot be read: never the base of a write
    )
    NOT_WAITING = "not-waiting"  # the entry is not in a state for this
    NOT_CHOSEN = "not-chosen"  # a conflict with fields that nobody has chosen for
    ALREADY_MATCHED = "already-matched"  # a typed identity is bound to its patient once
    OTHER_JOURNAL = "other-journal"  # what was delivered is not there at all: emptied, or another journal
    NO_REASON = "no-reason"  # neither on the list nor otherwise in this clinician's care: not shown
    ACCESS_ENDED = "access-ended"  # the patient was opened for a time that is up
    REASON_INCOMPLETE = "reason-incomplete"  # emergency access without a code, enough words, or an end
    NO_AUDIT = "no-audit"  # the audit could not be written: the patient is not shown
    COPY_OFF = "copy-off"  # the journal's policy keeps the clipboard empty
    LEASE_ENDED = "lease-ended"  # the journal was not reached for too long: no patient is shown
    CHARTS_REMOVED = "charts-removed"  # the hard end: they were removed
    WIPE_WAITS = (
        "wipe-waits"  # the journal ordered a wipe; it waits for what is signed, and no patient is shown
    )
    CACHE_WIPED = "cache-wiped"  # the journal ordered it, and it is done
    UNSENT_STAYS = "unsent-stays"  # details: unsent, drafts; the cache is not removed
    NO_SUCH_JOURNAL = "no-such-journal"  # details: known
    JOURNAL_FILE = "journal-file"  # details: name, count
    SANDBOX_NOT_RUNNING = "sandbox-not-running"
    SANDBOX_PORT_TAKEN = "sandbox-port-taken"


class Trouble(Exception):
    """Something a person must know of. `code` picks the words, `details` fill them in."""

    def __init__(self, code: TroubleCode, **details: str) -> None:
        super().__init__(code.value)
        self.code = code
        self.details = details
