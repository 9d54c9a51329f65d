-- Abandonment of each queue: how many who waited for a person on the line hung up first.
-- Formula: rate = abandoned / waits; wait_s is the mean wait of all of them.
-- Left out: short calls, calls that Parley placed, and waits that became a promise of a call back.
CREATE VIEW kpi_abandonment AS
SELECT t.grain, t.period, w.queue, COUNT(*) AS waits, COUNT(*) FILTER (WHERE w.became = 'abandoned') AS abandoned,
    CAST(COUNT(*) FILTER (WHERE w.became = 'abandoned') AS REAL) / COUNT(*) AS rate,
    CAST(SUM(w.wait_ms) AS REAL) / 1000 / COUNT(*) AS wait_s
FROM periods AS t CROSS JOIN kpi_waits AS w
WHERE w.began >= t.starts AND w.began < t.ends AND w.direction = 'inbound'
GROUP BY t.grain, t.period, w.queue;
