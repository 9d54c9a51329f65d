-- Customers by value of each label, counted once a month: nothing of one customer.
CREATE TABLE label_snapshots (
    month     TEXT PRIMARY KEY, -- 2026-11: as it began
    at        INTEGER NOT NULL,
    customers INTEGER NOT NULL
);

CREATE TABLE label_counts (
    month     TEXT NOT NULL,
    label     TEXT NOT NULL,
    value     TEXT NOT NULL,
    customers INTEGER NOT NULL,
    PRIMARY KEY (month, label, value)
);

-- Named groups at the same times, and how many came and went since the one before.
CREATE TABLE group_counts (
    month     TEXT NOT NULL,
    name      TEXT NOT NULL,
    customers INTEGER NOT NULL,
    came      INTEGER NOT NULL,
    went      INTEGER NOT NULL,
    PRIMARY KEY (month, name)
);

-- The groups that each customer was in at the last of them, divided by commas.
ALTER TABLE portraits ADD COLUMN groups_then TEXT NOT NULL DEFAULT '';
