-- One row for each call that has ended: what it cost, by the prices of reports.prices.
-- Formula: millionths of the currency of callers.currency. outbound_call if Parley placed it, then inbound_minute or outbound_minute for each minute begun from answer to end, and agent_minute for the time that persons took (brief and talk, to the millisecond).
-- Left out: the persons' time of short calls.
CREATE VIEW kpi_spent AS
SELECT c.call, c.began, c.left_out, c.reached, c.converted,
    CASE WHEN c.direction = 'outbound' THEN COALESCE((SELECT amount FROM report_terms WHERE name = 'price' AND word = 'outbound_call'), 0) ELSE 0 END
        + COALESCE((c.talk + 59999999999) / 60000000000, 0) * COALESCE((SELECT amount FROM report_terms
            WHERE name = 'price' AND word = CASE WHEN c.direction = 'outbound' THEN 'outbound_minute' ELSE 'inbound_minute' END), 0)
        + CASE WHEN c.left_out = '' THEN c.agent_ms * COALESCE((SELECT amount FROM report_terms
            WHERE name = 'price' AND word = 'agent_minute'), 0) / 60000 ELSE 0 END AS millionths
FROM kpi_calls AS c;
