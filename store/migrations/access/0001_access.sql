-- Who may use the API. The secret is not here, only its SHA-256. Times are Unix
-- nanoseconds, UTC; NULL means never.
CREATE TABLE api_keys (
    id      TEXT PRIMARY KEY,
    name    TEXT NOT NULL,
    role    TEXT NOT NULL,
    agent   TEXT NOT NULL,
    hash    BLOB NOT NULL,
    made    INTEGER NOT NULL,
    expires INTEGER,
    revoked INTEGER,
    used    INTEGER
);

-- What was done through the API and with keys. Lines are only added.
CREATE TABLE audit (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    who     TEXT NOT NULL,
    key     TEXT NOT NULL,
    role    TEXT NOT NULL,
    action  TEXT NOT NULL,
    target  TEXT NOT NULL,
    was     TEXT NOT NULL,
    becomes TEXT NOT NULL,
    reason  TEXT NOT NULL,
    source  TEXT NOT NULL,
    request TEXT NOT NULL
);

CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_target ON audit (target, id);
