-- First contact resolution (FCR): how many who asked about a product did not have to call again about it.
-- Formula: rate = resolved / asked. asked are answered calls that came in from a known person about a product (the note product=...); one is resolved when the same person, from any of their numbers, made no later call about the same product that began within 7 days (7 x 24 h) after this one began. A later call counts against it however short it was. Until 7 days after the period's end the figure may still fall.
-- Left out: short calls, withheld numbers, and calls about no product: unknown counts the last two.
CREATE VIEW kpi_first_contact AS
SELECT t.grain, t.period,
    COUNT(*) FILTER (WHERE c.person IS NOT NULL AND c.product IS NOT NULL) AS asked,
    COUNT(*) FILTER (WHERE c.person IS NOT NULL AND c.product IS NOT NULL AND c.again = 0) AS resolved,
    COUNT(*) FILTER (WHERE c.person IS NULL OR c.product IS NULL) AS unknown,
    CAST(COUNT(*) FILTER (WHERE c.person IS NOT NULL AND c.product IS NOT NULL AND c.again = 0) AS REAL)
        / NULLIF(COUNT(*) FILTER (WHERE c.person IS NOT NULL AND c.product IS NOT NULL), 0) AS rate
FROM periods AS t CROSS JOIN (SELECT k.began, k.person, k.product,
        CASE WHEN EXISTS (SELECT 1 FROM (SELECT k.number AS number UNION SELECT x.number FROM numbers AS x WHERE x.customer = k.person) AS y
            CROSS JOIN past AS l WHERE l.number = y.number AND l.product = k.product AND l.inbound = 1
                AND l.began > k.began AND l.began <= k.began + 604800000000000) THEN 1 ELSE 0 END AS again
        FROM kpi_calls AS k WHERE k.left_out = '' AND k.direction = 'inbound' AND k.answered IS NOT NULL) AS c
WHERE c.began >= t.starts AND c.began < t.ends
GROUP BY t.grain, t.period;
