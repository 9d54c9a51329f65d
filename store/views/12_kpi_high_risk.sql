-- Share of high risk: how many answered calls carry a word of trouble.
-- Formula: rate = risky / calls, risky having one of the tags of reports.risk (complaint, refund, ...) on record.
-- Left out: short calls and what no person answered.
CREATE VIEW kpi_high_risk AS
SELECT t.grain, t.period, COUNT(*) AS calls, COUNT(*) FILTER (WHERE c.risky = 1) AS risky,
    CAST(COUNT(*) FILTER (WHERE c.risky = 1) AS REAL) / COUNT(*) AS rate
FROM periods AS t CROSS JOIN kpi_calls AS c
WHERE c.began >= t.starts AND c.began < t.ends AND c.left_out = '' AND c.reached = 1
GROUP BY t.grain, t.period;
