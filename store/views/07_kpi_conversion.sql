-- Conversion rate: how many of those who answered did what the call was for.
-- Formula: rate = converted / answered, converted having one of the outcomes of reports.converted.
-- Left out: short calls and what no person answered.
CREATE VIEW kpi_conversion AS
SELECT t.grain, t.period, c.direction, COUNT(*) AS answered, COUNT(*) FILTER (WHERE c.converted = 1) AS converted,
    CAST(COUNT(*) FILTER (WHERE c.converted = 1) AS REAL) / COUNT(*) AS rate
FROM periods AS t CROSS JOIN kpi_calls AS c
WHERE c.began >= t.starts AND c.began < t.ends AND c.left_out = '' AND c.reached = 1
GROUP BY t.grain, t.period, c.direction;
