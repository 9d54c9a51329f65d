-- Versions of scripts and what people did with them. Nothing here is ever
-- changed or deleted: an act is a row of its own.
CREATE TABLE bundles (
    hash   TEXT PRIMARY KEY, -- hex SHA-256 of what the version is made of
    script TEXT NOT NULL,
    main   TEXT NOT NULL,    -- the script's file in the archive
    zip    BLOB NOT NULL
);

CREATE TABLE reviews (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    script TEXT NOT NULL,
    hash   TEXT NOT NULL,
    act    TEXT NOT NULL,
    who    TEXT NOT NULL,
    note   TEXT NOT NULL,
    at     INTEGER NOT NULL -- Unix nanoseconds
);

CREATE INDEX reviews_script ON reviews (script, id);
