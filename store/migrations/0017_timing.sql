-- Models of when people answer, each as it was learnt: facts is JSON of what it
-- learnt from and how well it did, doc of all of it.
CREATE TABLE timing_models (
    version INTEGER PRIMARY KEY,
    trained INTEGER NOT NULL,
    facts   TEXT NOT NULL,
    doc     TEXT NOT NULL
);

-- Which of them was used from when on, with which shift of its level: the last row
-- holds. Version 0 is none.
CREATE TABLE timing_uses (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    version INTEGER NOT NULL,
    shift   REAL NOT NULL,
    who     TEXT NOT NULL,
    why     TEXT NOT NULL
);

-- What came of each variant of a campaign, in persons since it began, as it was
-- looked at once a day.
CREATE TABLE variant_looks (
    campaign   TEXT NOT NULL,
    version    INTEGER NOT NULL, -- of the campaign
    at         INTEGER NOT NULL,
    variant    TEXT NOT NULL,
    assigned   INTEGER NOT NULL,
    called     INTEGER NOT NULL,
    answered   INTEGER NOT NULL,
    converted  INTEGER NOT NULL,
    negative   INTEGER NOT NULL,
    complained INTEGER NOT NULL,
    PRIMARY KEY (campaign, version, at, variant)
) WITHOUT ROWID;

-- What was decided of experiments, by people and by campaigns themselves.
CREATE TABLE experiment_decisions (
    seq      INTEGER PRIMARY KEY AUTOINCREMENT,
    campaign TEXT NOT NULL,
    version  INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    act      TEXT NOT NULL, -- adopt, keep, drop, halt, rollback
    variant  TEXT NOT NULL, -- of rollback: the script
    who      TEXT NOT NULL,
    why      TEXT NOT NULL
);

CREATE INDEX attempts_campaign ON attempts (campaign, at);
CREATE INDEX events_signals ON events (at) WHERE kind IN ('browse', 'cart');
