-- Several nodes may work on one campaign. Who is there, by the database's clock:
CREATE TABLE nodes (
    name TEXT PRIMARY KEY, -- the holder of its attempts and claims
    seen INTEGER NOT NULL
);

-- What each has learnt about a campaign, as JSON: tallies of variants and of numbers.
CREATE TABLE campaign_memories (
    campaign TEXT NOT NULL,
    node     TEXT NOT NULL,
    memory   TEXT NOT NULL,
    PRIMARY KEY (campaign, node)
);

INSERT INTO campaign_memories (campaign, node, memory) SELECT id, '', memory FROM campaigns WHERE memory <> '';
ALTER TABLE campaigns DROP COLUMN memory;
ALTER TABLE campaigns ADD COLUMN data TEXT NOT NULL DEFAULT ''; -- how good those of its people are, as JSON

-- A call's node, so that only that one takes it for lost; '' is the server.
ALTER TABLE calls ADD COLUMN node TEXT NOT NULL DEFAULT '';

-- Whether a person has been put into the work queue, where that is not the table itself.
ALTER TABLE candidates ADD COLUMN queued INTEGER NOT NULL DEFAULT 0;
CREATE INDEX candidates_unqueued ON candidates (campaign) WHERE queued = 0 AND state IN ('pending', 'waiting');
