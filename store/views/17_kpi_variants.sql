-- Answer, conversion and negative rates of each variant of each campaign (A1), in persons: each counts once in a column however often they were called.
-- Formula: the rates are answered, converted and negative / called. negative are persons who refused (reports.refused), complained or opted out. campaign is that of the attempt with the call's id, '' without one; variant is what the person was assigned to in the experiment of the campaign's name, else the script with its version. A call to nobody known counts as a person of its own.
-- Left out: short calls, empty numbers, and calls that came in.
CREATE VIEW kpi_variants AS
SELECT v.grain, v.period, v.campaign, v.variant, v.called, v.answered, v.converted, v.negative,
    CAST(v.answered AS REAL) / v.called AS answer_rate,
    CAST(v.converted AS REAL) / v.called AS conversion_rate,
    CAST(v.negative AS REAL) / v.called AS negative_rate
FROM (SELECT t.grain, t.period, COALESCE(a.campaign, '') AS campaign, COALESCE(g.variant, c.script || '@' || c.version) AS variant,
        COUNT(DISTINCT COALESCE(c.person, c.call)) AS called,
        COUNT(DISTINCT CASE WHEN c.reached = 1 THEN COALESCE(c.person, c.call) END) AS answered,
        COUNT(DISTINCT CASE WHEN c.reached = 1 AND c.converted = 1 THEN COALESCE(c.person, c.call) END) AS converted,
        COUNT(DISTINCT CASE WHEN c.reached = 1 AND (c.refused = 1 OR c.complained = 1) THEN COALESCE(c.person, c.call) END) AS negative
        FROM periods AS t CROSS JOIN kpi_calls AS c
            LEFT JOIN attempts AS a ON a.id = c.call
            LEFT JOIN assignments AS g ON g.experiment = a.campaign AND g.person = c.person
        WHERE c.began >= t.starts AND c.began < t.ends AND c.left_out = '' AND c.direction = 'outbound'
        GROUP BY t.grain, t.period, COALESCE(a.campaign, ''), COALESCE(g.variant, c.script || '@' || c.version)) AS v;
