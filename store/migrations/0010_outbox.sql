-- Each webhook takes its own messages, so that a slow one keeps nobody else waiting.
CREATE INDEX outbox_hook ON outbox (hook, state, since);

-- What people and systems tell of a customer outside of calls; lines are only added.
CREATE TABLE remarks (
    id     TEXT PRIMARY KEY,
    number TEXT NOT NULL,
    kind   TEXT NOT NULL,
    scope  TEXT NOT NULL,
    text   TEXT NOT NULL,
    who    TEXT NOT NULL,
    at     INTEGER NOT NULL
);

CREATE INDEX remarks_number ON remarks (number, at);
