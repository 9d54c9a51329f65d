-- Share of high risk: how many answered calls carry a word of trouble.
-- Formula: rate = risky / calls, risky having one of the tags of reports.risk (complaint, refund, ...) on record.
-- Left out: short calls and what no person answered.
CREATE VIEW kpi_high_risk AS
SELECT t.grain, t.period, COUNT(*) AS calls, COUNT(*) FILTER (WHERE c.risky = 1) AS risky,
    CAST(COUNT(*) FILTER (WHERE c.risky = 1) AS REAL) / COUNT(*) AS rate
FROM periods AS t JOIN (SELECT k.began, CASE WHEN EXISTS (SELECT 1 FROM entries AS e WHERE e.call = k.call AND e.kind = 'note'
            AND SUBSTR(e.text, 1, 4) = 'tag=' AND SUBSTR(e.text, 5) IN (SELECT word FROM report_terms WHERE name = 'risk')) THEN 1 ELSE 0 END AS risky
        FROM kpi_calls AS k WHERE k.left_out = '' AND k.reached = 1) AS c ON c.began >= t.starts AND c.began < t.ends
GROUP BY t.grain, t.period;
