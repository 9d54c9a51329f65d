-- How customers were divided into clusters, each time a version: doc is JSON of its
-- centres and rules, by which customers can be given their clusters again.
CREATE TABLE cluster_versions (
    version TEXT PRIMARY KEY,
    at      INTEGER NOT NULL,
    doc     TEXT NOT NULL
);

-- Which of them was used from when on: the last row holds.
CREATE TABLE cluster_uses (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    version TEXT NOT NULL,
    who     TEXT NOT NULL,
    why     TEXT NOT NULL
);

-- The version that a customer's cluster is of.
ALTER TABLE portraits ADD COLUMN cluster_version TEXT NOT NULL DEFAULT '';
