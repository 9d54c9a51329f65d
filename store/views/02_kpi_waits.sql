-- One row for each wait for a person that ended: who waited for whom, how long, and what came of it.
-- Formula: became is joined (the two heard each other), abandoned (the caller left first) or failed (nobody came, and the script went on). queue is the one that the agent answered for, else the one that the script asked for last. Whole milliseconds: wait_ms runs from the request until the person's telephone was answered, or until it was given up; talk_ms is how long the two then talked, brief_ms how long the person was told about the caller before.
-- Left out: calls that kpi_calls leaves out; waits that became a promise of a call back, until that call is made.
CREATE VIEW kpi_waits AS
SELECT e.call, e.seq, c.direction, c.began,
    CASE WHEN e.origin <> '' THEN e.origin ELSE COALESCE((SELECT SUBSTR(b.text, 10) FROM entries AS b
        WHERE b.call = e.call AND b.seq < e.seq AND b.kind = 'transfer' AND SUBSTR(b.text, 1, 9) = 'to queue '
        ORDER BY b.seq DESC LIMIT 1), '') END AS queue,
    CASE WHEN e.kind = 'served' THEN 'joined' ELSE e.text END AS became,
    COALESCE(CASE WHEN e.kind = 'served' THEN CAST(FLOOR(CAST(CAST(e.timing AS JSON_TEXT) ->> 'wait_ms' AS REAL)) AS INTEGER)
        ELSE (e.at - (SELECT MAX(b.at) FROM entries AS b WHERE b.call = e.call AND b.seq < e.seq AND b.kind = 'transfer'
            AND SUBSTR(b.text, 1, 3) = 'to ' AND SUBSTR(b.text, 1, 14) <> 'to supervisor ')) / 1000000 END, 0) AS wait_ms,
    COALESCE(CAST(FLOOR(CAST(CAST(e.timing AS JSON_TEXT) ->> 'brief_ms' AS REAL)) AS INTEGER), 0) AS brief_ms,
    COALESCE(CAST(FLOOR(CAST(CAST(e.timing AS JSON_TEXT) ->> 'talk_ms' AS REAL)) AS INTEGER), 0) AS talk_ms
FROM kpi_calls AS c CROSS JOIN entries AS e
WHERE e.call = c.call AND c.left_out = '' AND (e.kind = 'served' OR e.kind = 'transfer' AND e.text IN ('abandoned', 'failed'));
