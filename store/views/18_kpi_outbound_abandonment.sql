-- Outbound abandonment of each campaign: how many whom Parley called, and who answered, were to meet a person and met none within 2 s (47 CFR 64.1200(a)(7): at most 3 % in 30 days).
-- Formula: rate = abandoned / answered. sought are calls that asked for a person; of those, abandoned are the ones that no person took, or whose first person came more than 2 s after the request. Pacing counts so too. campaign is that of the attempt with the call's id, '' without one. Where a script talks first, who is abandoned had somebody to talk to: the share then says how long people wait, not how many heard silence.
-- Left out: what no person answered. Short calls count: who hears nobody soon hangs up.
CREATE VIEW kpi_outbound_abandonment AS
SELECT k.grain, k.period, k.campaign, k.answered, k.sought, k.abandoned, CAST(k.abandoned AS REAL) / k.answered AS rate
FROM (SELECT t.grain, t.period, COALESCE(a.campaign, '') AS campaign, COUNT(*) AS answered,
        COUNT(*) FILTER (WHERE f.seq IS NOT NULL OR EXISTS (SELECT 1 FROM entries AS e WHERE e.call = c.call AND e.kind = 'transfer')) AS sought,
        COUNT(*) FILTER (WHERE CASE WHEN f.seq IS NULL THEN EXISTS (SELECT 1 FROM entries AS e WHERE e.call = c.call AND e.kind = 'transfer')
            ELSE COALESCE(CAST(CAST(f.timing AS JSON_TEXT) ->> 'wait_ms' AS REAL), 0) > 2000 END) AS abandoned
        FROM periods AS t CROSS JOIN kpi_calls AS c
            LEFT JOIN attempts AS a ON a.id = c.call
            LEFT JOIN entries AS f ON f.call = c.call AND f.seq = (SELECT MIN(s.seq) FROM entries AS s WHERE s.call = c.call AND s.kind = 'served')
        WHERE c.began >= t.starts AND c.began < t.ends AND c.direction = 'outbound' AND c.reached = 1
        GROUP BY t.grain, t.period, COALESCE(a.campaign, '')) AS k;
