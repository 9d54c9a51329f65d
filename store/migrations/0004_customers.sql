-- People, and the numbers that belong to them. doc is JSON of customer.Profile
-- without numbers; a merged row leads to the one that took it in.
CREATE TABLE customers (
    id      TEXT PRIMARY KEY,
    folded  TEXT NOT NULL, -- the name in lower case, to search
    doc     TEXT NOT NULL,
    updated INTEGER NOT NULL, -- Unix nanoseconds, as of when the source tells
    merged  TEXT NOT NULL
);

CREATE TABLE numbers (
    number   TEXT PRIMARY KEY, -- customer.Number.Text
    customer TEXT NOT NULL
);

CREATE INDEX numbers_customer ON numbers (customer);

CREATE TABLE customer_tags (
    tag      TEXT NOT NULL,
    customer TEXT NOT NULL,
    PRIMARY KEY (tag, customer)
);

CREATE INDEX customer_tags_customer ON customer_tags (customer);

-- Calls that have ended, as rules look at them. product is NULL when none was
-- asked about; number is empty when it was withheld.
CREATE TABLE past (
    call    TEXT PRIMARY KEY,
    number  TEXT NOT NULL,
    called  TEXT NOT NULL,
    began   INTEGER NOT NULL,
    ended   INTEGER NOT NULL,
    point   TEXT NOT NULL,
    node    TEXT NOT NULL,
    stage   TEXT NOT NULL,
    hung_up INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    product TEXT,
    inbound INTEGER NOT NULL
);

CREATE INDEX past_number ON past (number, began);
CREATE INDEX past_product ON past (product, began) WHERE product IS NOT NULL AND inbound = 1;

CREATE TABLE complaints (
    id     TEXT PRIMARY KEY,
    number TEXT NOT NULL,
    call   TEXT NOT NULL,
    about  TEXT NOT NULL,
    opened INTEGER NOT NULL,
    closed INTEGER -- NULL: open
);

CREATE INDEX complaints_number ON complaints (number, opened);

-- Callers who wait on the line, and those who are to be called back: one row from
-- the moment they wait. worker and lease say who works on it until when; a lease
-- that has run out is free again.
CREATE TABLE callbacks (
    id     TEXT PRIMARY KEY,
    call   TEXT NOT NULL,
    number TEXT NOT NULL,
    queue  TEXT NOT NULL,
    reason TEXT NOT NULL,
    since  INTEGER NOT NULL, -- the place in the queue
    due    INTEGER NOT NULL,
    tries  INTEGER NOT NULL,
    state  TEXT NOT NULL,
    worker TEXT NOT NULL,
    lease  INTEGER NOT NULL,
    why    TEXT NOT NULL
);

CREATE INDEX callbacks_open ON callbacks (state, since) WHERE state IN ('on_line', 'due');

CREATE TABLE outbox (
    id      TEXT PRIMARY KEY,
    hook    TEXT NOT NULL,
    url     TEXT NOT NULL,
    payload BLOB NOT NULL,
    since   INTEGER NOT NULL,
    due     INTEGER NOT NULL,
    tries   INTEGER NOT NULL,
    state   TEXT NOT NULL,
    worker  TEXT NOT NULL,
    lease   INTEGER NOT NULL,
    why     TEXT NOT NULL
);

CREATE INDEX outbox_open ON outbox (state, since) WHERE state = 'due';

CREATE TABLE voicemails (
    id     TEXT PRIMARY KEY,
    call   TEXT NOT NULL,
    number TEXT NOT NULL,
    queue  TEXT NOT NULL,
    path   TEXT NOT NULL,
    length INTEGER NOT NULL, -- nanoseconds
    at     INTEGER NOT NULL
);

CREATE INDEX voicemails_at ON voicemails (at, id);
