-- Complaints: how many went further up, and how many were dealt with within 24 hours.
-- Formula: rate = escalated / complaints. One is escalated when its call was handed to a supervisor's queue (the line "to supervisor ..."), or when the same person, from any of their numbers, complained again within 7 days (7 x 24 h). in_time_rate = in_time / complaints; in_time were closed no later than 24 h after they were opened, so one that is still open is not, also while its 24 h run.
-- Left out: nothing; a complaint counts in a short call too, in the period in which it was opened.
CREATE VIEW kpi_complaints AS
SELECT t.grain, t.period, COUNT(*) AS complaints, COUNT(*) FILTER (WHERE k.escalated = 1) AS escalated,
    COUNT(*) FILTER (WHERE k.closed IS NULL) AS still_open,
    CAST(COUNT(*) FILTER (WHERE k.escalated = 1) AS REAL) / COUNT(*) AS rate,
    COUNT(*) FILTER (WHERE k.closed - k.opened <= 86400000000000) AS in_time,
    CAST(COUNT(*) FILTER (WHERE k.closed - k.opened <= 86400000000000) AS REAL) / COUNT(*) AS in_time_rate
FROM periods AS t CROSS JOIN (SELECT m.opened, m.closed, CASE
        WHEN EXISTS (SELECT 1 FROM entries AS e WHERE e.call = m.call AND e.kind = 'transfer' AND SUBSTR(e.text, 1, 14) = 'to supervisor ') THEN 1
        WHEN m.number <> '' AND EXISTS (SELECT 1 FROM complaints AS l WHERE l.opened > m.opened AND l.opened <= m.opened + 604800000000000
            AND l.number IN (SELECT m.number UNION SELECT x.number FROM numbers AS x
                JOIN numbers AS y ON y.customer = x.customer WHERE y.number = m.number)) THEN 1
        ELSE 0 END AS escalated FROM complaints AS m) AS k
WHERE k.opened >= t.starts AND k.opened < t.ends
GROUP BY t.grain, t.period;
