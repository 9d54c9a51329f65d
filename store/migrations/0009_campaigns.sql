-- Campaigns that were started, with the text that they run by.
CREATE TABLE campaigns (
    id      TEXT PRIMARY KEY,
    version INTEGER NOT NULL, -- of the text: one more each time it is started with another
    doc     TEXT NOT NULL,    -- YAML
    state   TEXT NOT NULL,
    why     TEXT NOT NULL,
    who     TEXT NOT NULL,    -- who or what brought it into this state
    ringing TEXT NOT NULL,    -- what becomes of calls that ring when it is paused or stopped
    filled  INTEGER NOT NULL, -- the version whose people are its candidates; 0: none yet
    began   INTEGER NOT NULL, -- started first
    since   INTEGER NOT NULL  -- in this state
);

-- Whom a campaign calls: doc is JSON of campaign.Candidate, the columns beside it
-- what is searched. worker and lease say who works on one until when; a lease that
-- has run out is free again.
CREATE TABLE candidates (
    campaign TEXT NOT NULL,
    person   TEXT NOT NULL,
    state    TEXT NOT NULL,
    due      INTEGER NOT NULL, -- not to be called before
    deadline INTEGER NOT NULL, -- not from then on
    priority INTEGER NOT NULL,
    score    REAL NOT NULL,
    tries    INTEGER NOT NULL,
    status   TEXT NOT NULL,    -- of the last attempt, like outcome
    outcome  TEXT NOT NULL,
    doc      TEXT NOT NULL,
    worker   TEXT NOT NULL,
    lease    INTEGER NOT NULL,
    PRIMARY KEY (campaign, person)
);

CREATE INDEX candidates_due ON candidates (campaign, priority DESC, score DESC, deadline, due) WHERE state IN ('pending', 'waiting');
CREATE INDEX candidates_worker ON candidates (worker) WHERE worker <> '';

-- What a campaign asks for, as JSON of campaign.Follow; '' for what calls that came in left.
ALTER TABLE owed ADD COLUMN task TEXT NOT NULL DEFAULT '';

-- What calls found to be the matter with a number, for all campaigns.
CREATE TABLE number_marks (
    number TEXT PRIMARY KEY,
    status TEXT NOT NULL, -- pickup.Status
    source TEXT NOT NULL, -- the attempt
    at     INTEGER NOT NULL
);
