-- Average handling time (AHT): how long an answered call lasts.
-- Formula: aht_s = seconds from answer to end, summed / calls. With persons: agent_aht_s = seconds of brief and talk with a person, summed / agent_talks; a call that went through two persons has two talks.
-- Left out: short calls and what nobody answered. A machine's answer counts: it held a line.
CREATE VIEW kpi_handling_time AS
SELECT t.grain, t.period, COUNT(c.answered) AS calls,
    CAST(SUM(c.talk) AS REAL) / 1000000000 / COUNT(c.answered) AS aht_s,
    CAST(SUM(c.agents) AS INTEGER) AS agent_talks,
    CAST(SUM(c.agent_ms) AS REAL) / 1000 / NULLIF(SUM(c.agents), 0) AS agent_aht_s
FROM periods AS t CROSS JOIN kpi_calls AS c
WHERE c.began >= t.starts AND c.began < t.ends AND c.left_out = '' AND c.answered IS NOT NULL
GROUP BY t.grain, t.period;
