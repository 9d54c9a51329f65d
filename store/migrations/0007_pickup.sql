-- Who picked up an outbound call, or what is the matter with the number:
-- pickup.Finding as JSON; '' for none.
ALTER TABLE calls ADD COLUMN pickup TEXT NOT NULL DEFAULT '';
