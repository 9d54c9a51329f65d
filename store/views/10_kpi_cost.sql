-- Cost per call and per conversion.
-- Formula: cost is what kpi_spent tells, summed. per_call = cost / the calls that count; per_conversion = cost / those of them that converted; NULL when there are none. In the currency of callers.currency.
-- Left out: nothing from the cost, since short calls and empty numbers cost money too (the persons' time of short calls excepted); they are not in calls.
CREATE VIEW kpi_cost AS
SELECT k.grain, k.period, k.calls, k.converted,
    CAST(k.millionths AS REAL) / 1000000 AS cost,
    CAST(k.millionths AS REAL) / 1000000 / NULLIF(k.calls, 0) AS per_call,
    CAST(k.millionths AS REAL) / 1000000 / NULLIF(k.converted, 0) AS per_conversion
FROM (SELECT t.grain, t.period,
        COUNT(*) FILTER (WHERE c.left_out = '') AS calls,
        COUNT(*) FILTER (WHERE c.left_out = '' AND c.reached = 1 AND c.converted = 1) AS converted,
        SUM(c.millionths) AS millionths
        FROM periods AS t CROSS JOIN kpi_spent AS c WHERE c.began >= t.starts AND c.began < t.ends GROUP BY t.grain, t.period) AS k;
