-- Intent rate: how many of those whom Parley called, and who answered, mean to buy (K4: at least 15 %).
-- Formula: rate = calls of grade A or B / answered. The script gives the grade, as the call ends.
-- Left out: short calls, what no person answered, and surveys, whose grades mean how content somebody is: calls with a score=N or recommend=N on record.
CREATE VIEW kpi_intent AS
SELECT t.grain, t.period, COUNT(*) AS answered, COUNT(*) FILTER (WHERE c.grade IN ('A', 'B')) AS meant,
    CAST(COUNT(*) FILTER (WHERE c.grade IN ('A', 'B')) AS REAL) / COUNT(*) AS rate
FROM periods AS t CROSS JOIN kpi_calls AS c
WHERE c.began >= t.starts AND c.began < t.ends AND c.left_out = '' AND c.reached = 1 AND c.direction = 'outbound'
    AND c.surveyed = 0
GROUP BY t.grain, t.period;
