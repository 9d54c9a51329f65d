-- Repeat callers: how many of those who called had to call more than once.
-- Formula: rate = persons with two calls or more in the period / persons who called in it.
-- Left out: short calls, and calls from withheld numbers, which are nobody's.
CREATE VIEW kpi_repeat_callers AS
SELECT r.grain, r.period, r.callers, r.repeated, CAST(r.repeated AS REAL) / r.callers AS rate
FROM (SELECT h.grain, h.period, h.callers, (SELECT COUNT(*) FROM (SELECT k.person FROM kpi_calls AS k
            WHERE k.began >= h.starts AND k.began < h.ends AND k.left_out = '' AND k.direction = 'inbound' AND k.person IS NOT NULL
            GROUP BY k.person HAVING COUNT(*) > 1) AS m) AS repeated
        FROM (SELECT t.grain, t.period, t.starts, t.ends, COUNT(DISTINCT c.person) AS callers
            FROM periods AS t CROSS JOIN kpi_calls AS c
            WHERE c.began >= t.starts AND c.began < t.ends AND c.left_out = '' AND c.direction = 'inbound' AND c.person IS NOT NULL
            GROUP BY t.grain, t.period, t.starts, t.ends) AS h) AS r;
