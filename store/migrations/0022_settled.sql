-- What was done about what is owed, and what was given for it.
ALTER TABLE owed ADD COLUMN outcome TEXT NOT NULL DEFAULT ''; -- '' while it is open, and of what was settled before
ALTER TABLE owed ADD COLUMN paid TEXT NOT NULL DEFAULT '';    -- the kind of what was given; '' for nothing
ALTER TABLE owed ADD COLUMN paid_amount INTEGER NOT NULL DEFAULT 0; -- hundredths, also of points
ALTER TABLE owed ADD COLUMN paid_currency TEXT NOT NULL DEFAULT '';
ALTER TABLE owed ADD COLUMN paid_code TEXT NOT NULL DEFAULT '';
ALTER TABLE owed ADD COLUMN paid_note TEXT NOT NULL DEFAULT '';
CREATE INDEX owed_paid ON owed (settled) WHERE paid <> '';
