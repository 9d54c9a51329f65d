-- Satisfaction: CSAT (K4: at least 85) and NPS, from scripts that ask for a score of 1 to 10 in the slot score, and how likely somebody is to recommend us, 0 to 10, in the slot recommend, as survey.zh and survey.en do.
-- Formula: csat = 100 x scores of 7 and more / rated: below 7 the script asks what was wrong. nps = 100 x (promoters, 9 and 10, less detractors, 0 to 6) / asked. The last word in a call counts. NULL when nobody said a number.
-- Left out: short calls; notes that are no whole number in range.
CREATE VIEW kpi_satisfaction AS
SELECT t.grain, t.period,
    COUNT(*) FILTER (WHERE r.kind = 'score') AS rated,
    COUNT(*) FILTER (WHERE r.kind = 'score' AND r.points >= 7) AS content,
    100 * CAST(COUNT(*) FILTER (WHERE r.kind = 'score' AND r.points >= 7) AS REAL)
        / NULLIF(COUNT(*) FILTER (WHERE r.kind = 'score'), 0) AS csat,
    COUNT(*) FILTER (WHERE r.kind = 'recommend') AS asked,
    COUNT(*) FILTER (WHERE r.kind = 'recommend' AND r.points >= 9) AS promoters,
    COUNT(*) FILTER (WHERE r.kind = 'recommend' AND r.points <= 6) AS detractors,
    100 * CAST(COUNT(*) FILTER (WHERE r.kind = 'recommend' AND r.points >= 9)
            - COUNT(*) FILTER (WHERE r.kind = 'recommend' AND r.points <= 6) AS REAL)
        / NULLIF(COUNT(*) FILTER (WHERE r.kind = 'recommend'), 0) AS nps
FROM periods AS t JOIN (
    SELECT c.began, w.kind, w.points FROM kpi_calls AS c JOIN entries AS e ON e.call = c.call JOIN (
            SELECT 'score=1' AS note, 'score' AS kind, 1 AS points UNION ALL SELECT 'score=2', 'score', 2
            UNION ALL SELECT 'score=3', 'score', 3 UNION ALL SELECT 'score=4', 'score', 4
            UNION ALL SELECT 'score=5', 'score', 5 UNION ALL SELECT 'score=6', 'score', 6
            UNION ALL SELECT 'score=7', 'score', 7 UNION ALL SELECT 'score=8', 'score', 8
            UNION ALL SELECT 'score=9', 'score', 9 UNION ALL SELECT 'score=10', 'score', 10
            UNION ALL SELECT 'recommend=0', 'recommend', 0 UNION ALL SELECT 'recommend=1', 'recommend', 1
            UNION ALL SELECT 'recommend=2', 'recommend', 2 UNION ALL SELECT 'recommend=3', 'recommend', 3
            UNION ALL SELECT 'recommend=4', 'recommend', 4 UNION ALL SELECT 'recommend=5', 'recommend', 5
            UNION ALL SELECT 'recommend=6', 'recommend', 6 UNION ALL SELECT 'recommend=7', 'recommend', 7
            UNION ALL SELECT 'recommend=8', 'recommend', 8 UNION ALL SELECT 'recommend=9', 'recommend', 9
            UNION ALL SELECT 'recommend=10', 'recommend', 10) AS w ON w.note = e.text
    WHERE c.left_out = '' AND e.kind = 'note'
        AND e.seq = (SELECT MAX(l.seq) FROM entries AS l WHERE l.call = e.call AND l.kind = 'note' AND SUBSTR(l.text, 1, LENGTH(w.kind) + 1) = w.kind || '=')
    ) AS r ON r.began >= t.starts AND r.began < t.ends
GROUP BY t.grain, t.period;
