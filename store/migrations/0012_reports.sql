-- The days, weeks, months and quarters of the site's zone, as serve keeps them:
-- what began at or after starts and before ends lies in the period.
CREATE TABLE periods (
    grain  TEXT NOT NULL, -- day, week, month, quarter
    period TEXT NOT NULL, -- 2026-11-22, 2026-W47 (ISO 8601), 2026-11, 2026-Q4
    starts INTEGER NOT NULL,
    ends   INTEGER NOT NULL,
    PRIMARY KEY (grain, period)
) WITHOUT ROWID;

CREATE INDEX periods_starts ON periods (starts);

-- What the figures count by, as serve found it in the configuration.
CREATE TABLE report_terms (
    name   TEXT NOT NULL,
    word   TEXT NOT NULL,
    amount INTEGER NOT NULL, -- price: millionths of the currency; service: ns
    PRIMARY KEY (name, word)
) WITHOUT ROWID;

-- Which wording of an experiment a person gets; the first stays.
CREATE TABLE assignments (
    experiment TEXT NOT NULL,
    person     TEXT NOT NULL,
    variant    TEXT NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (experiment, person)
) WITHOUT ROWID;
