-- What the network told of a message after the gateway took it: '' while nothing came.
ALTER TABLE attempts ADD COLUMN receipt TEXT NOT NULL DEFAULT '';
ALTER TABLE attempts ADD COLUMN receipt_code TEXT NOT NULL DEFAULT '';
ALTER TABLE attempts ADD COLUMN receipt_at INTEGER;
-- The message of a promotion that is owed, and when it was opened again since that did not arrive.
ALTER TABLE owed ADD COLUMN message TEXT NOT NULL DEFAULT '';
ALTER TABLE owed ADD COLUMN reopened INTEGER;
CREATE INDEX owed_message ON owed (message) WHERE message <> '';
