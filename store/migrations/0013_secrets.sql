-- Keys that Parley made for itself. numbers: for the pseudonyms of numbers of people
-- who were erased.
CREATE TABLE secrets (
    name   TEXT PRIMARY KEY,
    secret BLOB NOT NULL
);
