-- Completed calls per day: how many conversations came to an end that the script knows.
-- Formula: completed = calls that a person answered, that finished, and that have an outcome. per_day = completed / the days of the period, past or not.
-- Left out: short calls; calls that were cut off by a crash, or that ended before the script had an outcome.
CREATE VIEW kpi_completed AS
SELECT t.grain, t.period,
    COUNT(*) FILTER (WHERE c.reached = 1 AND c.state = 'finished' AND c.outcome <> '') AS completed,
    CAST(COUNT(*) FILTER (WHERE c.reached = 1 AND c.state = 'finished' AND c.outcome <> '') AS REAL) /
        (SELECT COUNT(*) FROM periods AS d WHERE d.grain = 'day' AND d.starts >= t.starts AND d.starts < t.ends) AS per_day
FROM periods AS t CROSS JOIN kpi_calls AS c
WHERE c.began >= t.starts AND c.began < t.ends AND c.left_out = ''
GROUP BY t.grain, t.period, t.starts, t.ends;
