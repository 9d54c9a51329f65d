-- What is owed to callers by when: one row for each promise or complaint of a call.
CREATE TABLE owed (
    id      TEXT PRIMARY KEY,
    call    TEXT NOT NULL,
    number  TEXT NOT NULL,
    kind    TEXT NOT NULL,
    why     TEXT NOT NULL,
    opened  INTEGER NOT NULL,
    due     INTEGER NOT NULL,
    told    INTEGER, -- when it was told that it is overdue; NULL: not yet
    settled INTEGER, -- NULL: open
    who     TEXT NOT NULL,
    note    TEXT NOT NULL
);

CREATE INDEX owed_open ON owed (due, id) WHERE settled IS NULL;
CREATE INDEX owed_call ON owed (call);

-- What is asked of the queue for who waits there, as JSON: priority, promise, skills, brief.
ALTER TABLE callbacks ADD COLUMN asks TEXT NOT NULL DEFAULT '';
