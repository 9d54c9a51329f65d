-- The grade that the script gave the call, A to D; '' for none.
ALTER TABLE calls ADD COLUMN grade TEXT NOT NULL DEFAULT '';
