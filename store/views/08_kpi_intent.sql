-- Intent rate: how many of those whom Parley called, and who answered, mean to buy (K4: at least 15 %).
-- Formula: rate = calls of grade A or B / answered. The script gives the grade, as the call ends.
-- Left out: short calls, what no person answered, and surveys, whose grades mean how content somebody is: calls with a score=N or recommend=N on record.
CREATE VIEW kpi_intent AS
SELECT t.grain, t.period, COUNT(*) AS answered, COUNT(*) FILTER (WHERE c.grade IN ('A', 'B')) AS meant,
    CAST(COUNT(*) FILTER (WHERE c.grade IN ('A', 'B')) AS REAL) / COUNT(*) AS rate
FROM periods AS t JOIN kpi_calls AS c ON c.began >= t.starts AND c.began < t.ends
WHERE c.left_out = '' AND c.reached = 1 AND c.direction = 'outbound'
    AND NOT EXISTS (SELECT 1 FROM entries AS e WHERE e.call = c.call AND e.kind = 'note'
        AND (SUBSTR(e.text, 1, 6) = 'score=' OR SUBSTR(e.text, 1, 10) = 'recommend='))
GROUP BY t.grain, t.period;
