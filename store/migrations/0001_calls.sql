-- One row per attempt. Times are Unix nanoseconds, UTC; NULL means never.
CREATE TABLE calls (
    id        TEXT PRIMARY KEY,
    call_id   TEXT NOT NULL,
    direction TEXT NOT NULL,
    trunk     TEXT NOT NULL,
    caller    TEXT NOT NULL,
    called    TEXT NOT NULL,
    script    TEXT NOT NULL,
    version   INTEGER NOT NULL,
    language  TEXT NOT NULL,
    began     INTEGER NOT NULL,
    answered  INTEGER,
    ended     INTEGER,
    state     TEXT NOT NULL,
    outcome   TEXT NOT NULL,
    ended_by  TEXT NOT NULL,
    why       TEXT NOT NULL,
    sip_code  INTEGER NOT NULL,
    cause     INTEGER NOT NULL,
    recording TEXT NOT NULL,
    media     TEXT NOT NULL -- JSON of call.MediaFacts
) WITHOUT ROWID;

CREATE INDEX calls_began ON calls (began);
CREATE INDEX calls_call_id ON calls (call_id, began);
CREATE INDEX calls_caller ON calls (caller, began);
CREATE INDEX calls_open ON calls (state) WHERE state IN ('ringing', 'talking');

-- The journal. It has no foreign key: a line must never be lost because the
-- record's own row is late.
CREATE TABLE entries (
    call   TEXT NOT NULL,
    seq    INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    kind   TEXT NOT NULL,
    turn   INTEGER NOT NULL,
    node   TEXT NOT NULL,
    origin TEXT NOT NULL,
    stage  TEXT NOT NULL,
    text   TEXT NOT NULL,
    intent TEXT NOT NULL,
    score  REAL NOT NULL,
    why    TEXT NOT NULL,
    timing TEXT, -- JSON of call.Timing
    PRIMARY KEY (call, seq)
) WITHOUT ROWID;
