-- Answer rate: how many of the calls a person answered; of calls that come in, how many Parley did.
-- Formula: rate = answered / calls. machines were answered by a machine or a screening assistant, and count as not answered.
-- Left out: short calls and empty numbers.
CREATE VIEW kpi_answer_rate AS
SELECT t.grain, t.period, c.direction, COUNT(*) AS calls,
    COUNT(*) FILTER (WHERE c.reached = 1) AS answered,
    COUNT(*) FILTER (WHERE c.reached = 0 AND c.answered IS NOT NULL) AS machines,
    CAST(COUNT(*) FILTER (WHERE c.reached = 1) AS REAL) / COUNT(*) AS rate
FROM periods AS t CROSS JOIN kpi_calls AS c
WHERE c.began >= t.starts AND c.began < t.ends AND c.left_out = ''
GROUP BY t.grain, t.period, c.direction;
