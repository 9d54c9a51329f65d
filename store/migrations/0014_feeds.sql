-- Whom a source means by its own ids, so that nobody is made twice.
CREATE TABLE externals (
    source   TEXT NOT NULL,
    id       TEXT NOT NULL,
    customer TEXT NOT NULL,
    PRIMARY KEY (source, id)
) WITHOUT ROWID;

CREATE INDEX externals_customer ON externals (customer);

-- How far each source was read, and what became of its rows.
CREATE TABLE feeds (
    source  TEXT PRIMARY KEY,
    reached TEXT NOT NULL,
    at      INTEGER NOT NULL,
    told    INTEGER NOT NULL, -- rows, ever
    fresh   INTEGER NOT NULL, -- events that were new
    known   INTEGER NOT NULL,
    bad     INTEGER NOT NULL,
    refused INTEGER NOT NULL -- values about marriage or income
) WITHOUT ROWID;

-- Rows that were not taken: where they are at their source, and why. What they
-- hold is not kept.
CREATE TABLE dead_letters (
    source TEXT NOT NULL,
    ref    TEXT NOT NULL,
    why    TEXT NOT NULL,
    at     INTEGER NOT NULL,
    PRIMARY KEY (source, ref)
) WITHOUT ROWID;

CREATE INDEX dead_letters_at ON dead_letters (at);
