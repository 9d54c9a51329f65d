-- Value (K2): what the people who were spoken with bought, against what all calls cost.
-- Formula: orders are those of persons who were reached by a call of the period, made within 7 days (7 x 24 h) after such a call began; each counts once in a period, and in every period of a grain with such a call. revenue is their amount less what the same persons got back in that time; ticket = the orders' amount / orders; cost is that of kpi_cost; roi = (revenue - cost) / cost. buyers are the persons reached who ever bought before the period's end; ltv = all that they bought until then, less what they got back, / buyers. NULL where nothing is to divide by. Until 7 days after the period's end the figures may still change. In the currency of callers.currency.
-- Left out: short calls, persons without a profile, and events in another currency.
CREATE VIEW kpi_value AS
SELECT k.grain, k.period, k.orders, CAST(k.ordered - k.returned AS REAL) / 100 AS revenue,
    CAST(k.ordered AS REAL) / 100 / NULLIF(k.orders, 0) AS ticket,
    CAST(k.millionths AS REAL) / 1000000 AS cost,
    (CAST(k.ordered - k.returned AS REAL) / 100 - CAST(k.millionths AS REAL) / 1000000) / NULLIF(CAST(k.millionths AS REAL) / 1000000, 0) AS roi,
    k.buyers, CAST(k.worth AS REAL) / 100 / NULLIF(k.buyers, 0) AS ltv
FROM (SELECT t.grain, t.period,
        (SELECT CAST(SUM(c.millionths) AS INTEGER) FROM kpi_spent AS c WHERE c.began >= t.starts AND c.began < t.ends) AS millionths,
        (SELECT COUNT(*) FROM (SELECT DISTINCT e.source, e.id FROM kpi_calls AS c CROSS JOIN events AS e
            WHERE c.began >= t.starts AND c.began < t.ends AND c.reached = 1 AND c.left_out = '' AND e.customer = c.person
                AND e.at >= c.began AND e.at < c.began + 604800000000000 AND e.kind = 'order'
                AND e.currency = (SELECT word FROM report_terms WHERE name = 'currency')) AS o) AS orders,
        (SELECT CAST(COALESCE(SUM(o.cents), 0) AS INTEGER) FROM (SELECT DISTINCT e.source, e.id, e.cents FROM kpi_calls AS c CROSS JOIN events AS e
            WHERE c.began >= t.starts AND c.began < t.ends AND c.reached = 1 AND c.left_out = '' AND e.customer = c.person
                AND e.at >= c.began AND e.at < c.began + 604800000000000 AND e.kind = 'order'
                AND e.currency = (SELECT word FROM report_terms WHERE name = 'currency')) AS o) AS ordered,
        (SELECT CAST(COALESCE(SUM(o.cents), 0) AS INTEGER) FROM (SELECT DISTINCT e.source, e.id, e.cents FROM kpi_calls AS c CROSS JOIN events AS e
            WHERE c.began >= t.starts AND c.began < t.ends AND c.reached = 1 AND c.left_out = '' AND e.customer = c.person
                AND e.at >= c.began AND e.at < c.began + 604800000000000 AND e.kind = 'refund'
                AND e.currency = (SELECT word FROM report_terms WHERE name = 'currency')) AS o) AS returned,
        (SELECT COUNT(DISTINCT c.person) FROM kpi_calls AS c WHERE c.began >= t.starts AND c.began < t.ends AND c.reached = 1 AND c.left_out = ''
            AND EXISTS (SELECT 1 FROM events AS e WHERE e.customer = c.person AND e.at < t.ends AND e.kind IN ('order', 'refund')
                AND e.currency = (SELECT word FROM report_terms WHERE name = 'currency'))) AS buyers,
        (SELECT CAST(COALESCE(SUM(CASE WHEN e.kind = 'order' THEN e.cents ELSE -e.cents END), 0) AS INTEGER) FROM events AS e
            WHERE e.customer IN (SELECT c.person FROM kpi_calls AS c WHERE c.began >= t.starts AND c.began < t.ends AND c.reached = 1 AND c.left_out = '')
                AND e.at < t.ends AND e.kind IN ('order', 'refund') AND e.currency = (SELECT word FROM report_terms WHERE name = 'currency')) AS worth
        FROM periods AS t GROUP BY t.grain, t.period, t.starts, t.ends) AS k
WHERE k.millionths IS NOT NULL;
