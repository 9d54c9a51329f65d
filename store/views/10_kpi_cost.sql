-- Cost per call and per conversion, by the prices of reports.prices.
-- Formula: a call costs outbound_call if Parley placed it, then inbound_minute or outbound_minute for each minute begun from answer to end, and agent_minute for the time that persons took (brief and talk, to the millisecond). per_call = cost / the calls that count; per_conversion = cost / those of them that converted; NULL when there are none. In the currency of callers.currency.
-- Left out: nothing from the cost, since short calls and empty numbers cost money too (the persons' time of short calls excepted); they are not in calls.
CREATE VIEW kpi_cost AS
SELECT k.grain, k.period, k.calls, k.converted,
    CAST(k.millionths AS REAL) / 1000000 AS cost,
    CAST(k.millionths AS REAL) / 1000000 / NULLIF(k.calls, 0) AS per_call,
    CAST(k.millionths AS REAL) / 1000000 / NULLIF(k.converted, 0) AS per_conversion
FROM (SELECT t.grain, t.period,
        COUNT(*) FILTER (WHERE c.left_out = '') AS calls,
        COUNT(*) FILTER (WHERE c.left_out = '' AND c.reached = 1 AND c.converted = 1) AS converted,
        SUM(CASE WHEN c.direction = 'outbound' THEN COALESCE((SELECT amount FROM report_terms WHERE name = 'price' AND word = 'outbound_call'), 0) ELSE 0 END
            + COALESCE((c.talk + 59999999999) / 60000000000, 0) * COALESCE((SELECT amount FROM report_terms
                WHERE name = 'price' AND word = CASE WHEN c.direction = 'outbound' THEN 'outbound_minute' ELSE 'inbound_minute' END), 0)
            + CASE WHEN c.left_out = '' THEN c.agent_ms * COALESCE((SELECT amount FROM report_terms
                WHERE name = 'price' AND word = 'agent_minute'), 0) / 60000 ELSE 0 END) AS millionths
        FROM periods AS t CROSS JOIN kpi_calls AS c WHERE c.began >= t.starts AND c.began < t.ends GROUP BY t.grain, t.period) AS k;
