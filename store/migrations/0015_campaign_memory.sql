-- What a campaign has learnt about itself, as JSON: tallies of variants and of numbers.
ALTER TABLE campaigns ADD COLUMN memory TEXT NOT NULL DEFAULT '';
