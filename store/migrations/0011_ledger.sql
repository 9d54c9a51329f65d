-- The ledger: each event is a leaf of one Merkle tree, from the first one written
-- by a Parley that keeps it (NULL before that). leaf has no unique index on purpose:
-- an opt-out must be kept also where somebody tampered; parley consent verify tells.
ALTER TABLE permit_events ADD COLUMN leaf INTEGER;
ALTER TABLE permit_events ADD COLUMN salt BLOB; -- NULL: the leaf can no longer be read

CREATE INDEX permit_events_leaf ON permit_events (leaf);

-- Hashes of leaves and of complete subtrees, by the index of tlog.StoredHashIndex.
CREATE TABLE ledger_hashes (
    idx  INTEGER PRIMARY KEY,
    hash BLOB NOT NULL
);

-- Heads that were signed: so many leaves, at a time, as a note.
CREATE TABLE ledger_heads (
    size INTEGER PRIMARY KEY,
    at   INTEGER NOT NULL,
    note TEXT NOT NULL
);
