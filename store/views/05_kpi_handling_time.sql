-- Average handling time (AHT): how long an answered call lasts.
-- Formula: aht_s = seconds from answer to end, summed / calls. With persons: agent_aht_s = seconds of brief and talk with a person, summed / agent_talks; a call that went through two persons has two talks.
-- Left out: short calls and what nobody answered. A machine's answer counts: it held a line.
CREATE VIEW kpi_handling_time AS
SELECT h.grain, h.period, h.calls, CAST(h.talk AS REAL) / 1000000000 / h.calls AS aht_s,
    COALESCE(a.talks, 0) AS agent_talks, CAST(a.ms AS REAL) / 1000 / a.talks AS agent_aht_s
FROM (SELECT t.grain, t.period, COUNT(*) AS calls, SUM(c.talk) AS talk
        FROM periods AS t JOIN kpi_calls AS c ON c.began >= t.starts AND c.began < t.ends
        WHERE c.left_out = '' AND c.answered IS NOT NULL GROUP BY t.grain, t.period) AS h
    LEFT JOIN (SELECT t.grain, t.period, COUNT(*) AS talks, SUM(w.brief_ms + w.talk_ms) AS ms
        FROM periods AS t JOIN kpi_waits AS w ON w.began >= t.starts AND w.began < t.ends
        WHERE w.became = 'joined' GROUP BY t.grain, t.period) AS a ON a.grain = h.grain AND a.period = h.period;
