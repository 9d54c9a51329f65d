-- Attempts to reach people, one row from the moment one is allowed. What is
-- neither cancelled nor released counts against the caps, whatever became of it.
CREATE TABLE attempts (
    id       TEXT PRIMARY KEY,
    person   TEXT NOT NULL, -- the customer's id then; '' when the number was nobody's
    number   TEXT NOT NULL,
    purpose  TEXT NOT NULL,
    channel  TEXT NOT NULL,
    campaign TEXT NOT NULL,
    holder   TEXT NOT NULL, -- the process that dials
    at       INTEGER NOT NULL, -- reserved
    dialled  INTEGER,
    answered INTEGER,
    ended    INTEGER,
    stop     INTEGER, -- since when it is to be hung up
    state    TEXT NOT NULL,
    fate     TEXT NOT NULL,
    allowed  TEXT NOT NULL -- the grant that let it through, or ''
);

CREATE INDEX attempts_person ON attempts (person, at);
CREATE INDEX attempts_number ON attempts (number, at);
CREATE INDEX attempts_open ON attempts (holder) WHERE state IN ('reserved', 'dialled', 'answered');

-- What people said against being reached. One row for each number that the person
-- had, so that the word outlives the profile.
CREATE TABLE opt_outs (
    id      TEXT NOT NULL,
    person  TEXT NOT NULL,
    number  TEXT NOT NULL,
    kind    TEXT NOT NULL,
    channel TEXT NOT NULL,
    purpose TEXT NOT NULL, -- '' whatever for
    at      INTEGER NOT NULL,
    source  TEXT NOT NULL,
    call    TEXT NOT NULL,
    PRIMARY KEY (id, number)
);

CREATE INDEX opt_outs_person ON opt_outs (person);
CREATE INDEX opt_outs_number ON opt_outs (number);
CREATE INDEX opt_outs_at ON opt_outs (at, id);

-- One follow-up each, after a person enquired.
CREATE TABLE follow_ups (
    id     TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    number TEXT NOT NULL,
    at     INTEGER NOT NULL,
    ends   INTEGER NOT NULL,
    source TEXT NOT NULL,
    used   TEXT NOT NULL -- the attempt, or ''
);

CREATE INDEX follow_ups_person ON follow_ups (person, ends);
CREATE INDEX follow_ups_number ON follow_ups (number, ends);

-- Everything of the above that happened, and every answer to a request for
-- consent, in the transaction in which it did.
CREATE TABLE permit_events (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    kind    TEXT NOT NULL,
    ref     TEXT NOT NULL, -- of the attempt, the opt-out, the follow-up
    person  TEXT NOT NULL,
    number  TEXT NOT NULL,
    purpose TEXT NOT NULL,
    channel TEXT NOT NULL,
    source  TEXT NOT NULL,
    detail  TEXT NOT NULL
);

CREATE INDEX permit_events_person ON permit_events (person, seq);
CREATE INDEX permit_events_number ON permit_events (number, seq);
CREATE INDEX customers_merged ON customers (merged) WHERE merged <> '';
