-- Service level of each queue: how many who waited for a person on the line got one in time.
-- Formula: rate = in_time / (joined + lost). in_time waited no longer than the queue's service.within (20 s for a queue without one); lost are waits that failed, and those that were abandoned after that time. Who hangs up sooner is not held against it.
-- Left out: short calls, and calls that Parley placed, calls back among them.
CREATE VIEW kpi_service_level AS
SELECT t.grain, t.period, w.queue,
    COUNT(*) FILTER (WHERE w.became = 'joined') AS joined,
    COUNT(*) FILTER (WHERE w.became = 'joined' AND w.wait_ms <= w.within_ms) AS in_time,
    COUNT(*) FILTER (WHERE w.became = 'failed' OR w.became = 'abandoned' AND w.wait_ms > w.within_ms) AS lost,
    CAST(COUNT(*) FILTER (WHERE w.became = 'joined' AND w.wait_ms <= w.within_ms) AS REAL)
        / NULLIF(COUNT(*) FILTER (WHERE w.became IN ('joined', 'failed') OR w.wait_ms > w.within_ms), 0) AS rate
FROM periods AS t CROSS JOIN (SELECT k.began, k.queue, k.became, k.wait_ms,
        COALESCE((SELECT s.amount / 1000000 FROM report_terms AS s WHERE s.name = 'service' AND s.word = k.queue), 20000) AS within_ms
        FROM kpi_waits AS k WHERE k.direction = 'inbound') AS w
WHERE w.began >= t.starts AND w.began < t.ends
GROUP BY t.grain, t.period, w.queue;
