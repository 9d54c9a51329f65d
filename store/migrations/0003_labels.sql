-- What people say a turn meant. Lines are only added; of one turn the last
-- counts. No foreign key: a record's row is written anew when its call ends.
CREATE TABLE IF NOT EXISTS labels (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    call   TEXT NOT NULL,
    seq    INTEGER NOT NULL, -- of the journal line that was heard
    intent TEXT NOT NULL,
    who    TEXT NOT NULL,
    at     INTEGER NOT NULL
);

CREATE INDEX IF NOT EXISTS labels_call ON labels (call, seq);
