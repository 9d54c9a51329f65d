-- What customers did, each event once by its source and the source's id; the key
-- keeps a customer's together, as labels read them.
CREATE TABLE events (
    customer TEXT NOT NULL,
    at       INTEGER NOT NULL,
    source   TEXT NOT NULL,
    id       TEXT NOT NULL,
    kind     TEXT NOT NULL,
    cents    INTEGER NOT NULL,
    currency TEXT NOT NULL,
    category TEXT NOT NULL,
    product  TEXT NOT NULL,
    channel  TEXT NOT NULL,
    discount INTEGER NOT NULL,
    score    INTEGER NOT NULL,
    mood     TEXT NOT NULL,
    lasted   INTEGER NOT NULL, -- nanoseconds
    words    TEXT NOT NULL,
    PRIMARY KEY (customer, at, source, id)
) WITHOUT ROWID;

CREATE UNIQUE INDEX events_source ON events (source, id);

-- The labels of each customer, as lines name=value between line feeds.
CREATE TABLE portraits (
    customer TEXT PRIMARY KEY,
    labels   TEXT NOT NULL,
    version  INTEGER NOT NULL, -- of the labels' registry
    as_of    INTEGER NOT NULL,
    cluster  INTEGER -- NULL: none yet
) WITHOUT ROWID;

-- Customers of whom something new is known since their labels were computed.
CREATE TABLE portraits_due (
    customer TEXT PRIMARY KEY,
    since    INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX portraits_due_since ON portraits_due (since);

-- What all customers together tell: needs, clusters, the last run; doc is JSON.
CREATE TABLE learnt (
    kind TEXT PRIMARY KEY,
    at   INTEGER NOT NULL,
    doc  TEXT NOT NULL
);
