"""The step of the schema that search stands on: words of patients, and the text of notes.

The rows go with their resource by triggers, so that no way of removing one leaves anything to be found.
`secure-delete` makes FTS5 take the words out of its own pages too, and not only mark them as gone.
"""

from __future__ import annotations

STEP = (
    """CREATE TABLE search_word (
        word TEXT NOT NULL, line TEXT NOT NULL, rid INTEGER NOT NULL,
        PRIMARY KEY (word, line, rid)) WITHOUT ROWID""",
    "CREATE INDEX search_word_of ON search_word (rid)",
    "CREATE VIRTUAL TABLE search_note USING fts5(owner, text, tokenize = 'ascii')",
    "INSERT INTO search_note (search_note, rank) VALUES ('secure-delete', 1)",
    """CREATE TRIGGER search_word_goes AFTER DELETE ON resource WHEN OLD.type = 'Patient'
        BEGIN DELETE FROM search_word WHERE rid = OLD.rid; END""",
    """CREATE TRIGGER search_note_goes AFTER DELETE ON resource WHEN OLD.type = 'DocumentReference'
        BEGIN DELETE FROM search_note WHERE rowid = OLD.rid; END""",
)
