-- One row for each call that has ended: what the other figures count.
-- Formula: person is the customer whose number it is, else the number; NULL when it was withheld. reached is 1 when a person answered: the call was answered, and not by what was found to be a machine or a screening assistant. converted and refused are 1 for an outcome that reports.converted or reports.refused names, complained for a tag=complaint or an opt-out on record. talk is nanoseconds from answer to end. agents is how many persons took the call, agent_ms how long they did (brief and talk). risky is 1 for a tag that reports.risk names, surveyed for a note score=... or recommend=...; score (1 to 10) and recommend (0 to 10) are the last of those notes, NULL when that is no whole number in range.
-- Left out: calls in progress. left_out says why a row is in no other figure: empty_number (an outbound call whose number does not exist: so the pickup found, or SIP 404 or 604 or Q.850 cause 1 where none was made), short (answered, and over in less than 5 s), or '' when it counts.
CREATE VIEW kpi_calls AS
SELECT c.id AS call, c.direction, c.script, c.version, c.began, c.answered, c.ended, c.state, c.outcome, c.grade,
    c.ended - c.answered AS talk,
    COALESCE(p.number, '') AS number,
    COALESCE(n.customer, NULLIF(p.number, '')) AS person,
    p.product,
    CASE WHEN c.answered IS NULL OR COALESCE(CAST(NULLIF(c.pickup, '') AS JSON_TEXT) ->> 'status', '') IN ('machine', 'screening')
        THEN 0 ELSE 1 END AS reached,
    CASE WHEN c.outcome IN (SELECT word FROM report_terms WHERE name = 'converted') THEN 1 ELSE 0 END AS converted,
    CASE WHEN c.outcome IN (SELECT word FROM report_terms WHERE name = 'refused') THEN 1 ELSE 0 END AS refused,
    CASE WHEN EXISTS (SELECT 1 FROM entries AS e WHERE e.call = c.id AND e.kind = 'note'
        AND (e.text = 'tag=complaint' OR SUBSTR(e.text, 1, 8) = 'opt_out=')) THEN 1 ELSE 0 END AS complained,
    CASE WHEN EXISTS (SELECT 1 FROM entries AS e WHERE e.call = c.id AND e.kind = 'note' AND SUBSTR(e.text, 1, 4) = 'tag='
        AND SUBSTR(e.text, 5) IN (SELECT word FROM report_terms WHERE name = 'risk')) THEN 1 ELSE 0 END AS risky,
    CASE WHEN EXISTS (SELECT 1 FROM entries AS e WHERE e.call = c.id AND e.kind = 'note'
        AND (SUBSTR(e.text, 1, 6) = 'score=' OR SUBSTR(e.text, 1, 10) = 'recommend=')) THEN 1 ELSE 0 END AS surveyed,
    (SELECT CASE WHEN e.text IN ('score=1', 'score=2', 'score=3', 'score=4', 'score=5', 'score=6', 'score=7', 'score=8', 'score=9', 'score=10')
        THEN CAST(SUBSTR(e.text, 7) AS INTEGER) END FROM entries AS e WHERE e.call = c.id AND e.kind = 'note'
        AND SUBSTR(e.text, 1, 6) = 'score=' ORDER BY e.seq DESC LIMIT 1) AS score,
    (SELECT CASE WHEN e.text IN ('recommend=0', 'recommend=1', 'recommend=2', 'recommend=3', 'recommend=4', 'recommend=5', 'recommend=6',
        'recommend=7', 'recommend=8', 'recommend=9', 'recommend=10')
        THEN CAST(SUBSTR(e.text, 11) AS INTEGER) END FROM entries AS e WHERE e.call = c.id AND e.kind = 'note'
        AND SUBSTR(e.text, 1, 10) = 'recommend=' ORDER BY e.seq DESC LIMIT 1) AS recommend,
    (SELECT COUNT(*) FROM entries AS e WHERE e.call = c.id AND e.kind = 'served') AS agents,
    COALESCE((SELECT CAST(SUM(COALESCE(CAST(FLOOR(CAST(CAST(e.timing AS JSON_TEXT) ->> 'brief_ms' AS REAL)) AS INTEGER), 0)
            + COALESCE(CAST(FLOOR(CAST(CAST(e.timing AS JSON_TEXT) ->> 'talk_ms' AS REAL)) AS INTEGER), 0)) AS INTEGER)
        FROM entries AS e WHERE e.call = c.id AND e.kind = 'served'), 0) AS agent_ms,
    CASE WHEN c.direction = 'outbound' AND c.answered IS NULL AND
            (CAST(NULLIF(c.pickup, '') AS JSON_TEXT) ->> 'status' = 'empty_number'
            OR c.pickup = '' AND (c.cause = 1 OR c.cause = 0 AND c.sip_code IN (404, 604)))
        THEN 'empty_number'
        WHEN c.ended - c.answered < 5000000000 THEN 'short'
        ELSE '' END AS left_out
FROM calls AS c
    LEFT JOIN past AS p ON p.call = c.id
    LEFT JOIN numbers AS n ON n.number = p.number
WHERE c.ended IS NOT NULL AND c.state IN ('finished', 'failed', 'interrupted');
