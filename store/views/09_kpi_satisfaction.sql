-- Satisfaction: CSAT (K4: at least 85) and NPS, from scripts that ask for a score of 1 to 10 in the slot score, and how likely somebody is to recommend us, 0 to 10, in the slot recommend, as survey.zh and survey.en do.
-- Formula: csat = 100 x scores of 7 and more / rated: below 7 the script asks what was wrong. nps = 100 x (promoters, 9 and 10, less detractors, 0 to 6) / asked. The last word in a call counts. NULL when nobody said a number.
-- Left out: short calls; notes that are no whole number in range.
CREATE VIEW kpi_satisfaction AS
SELECT t.grain, t.period,
    COUNT(c.score) AS rated,
    COUNT(*) FILTER (WHERE c.score >= 7) AS content,
    100 * CAST(COUNT(*) FILTER (WHERE c.score >= 7) AS REAL) / NULLIF(COUNT(c.score), 0) AS csat,
    COUNT(c.recommend) AS asked,
    COUNT(*) FILTER (WHERE c.recommend >= 9) AS promoters,
    COUNT(*) FILTER (WHERE c.recommend <= 6) AS detractors,
    100 * CAST(COUNT(*) FILTER (WHERE c.recommend >= 9) - COUNT(*) FILTER (WHERE c.recommend <= 6) AS REAL) / NULLIF(COUNT(c.recommend), 0) AS nps
FROM periods AS t CROSS JOIN (SELECT k.began, k.score, k.recommend FROM kpi_calls AS k WHERE k.left_out = '' AND k.surveyed = 1) AS c
WHERE c.began >= t.starts AND c.began < t.ends AND (c.score IS NOT NULL OR c.recommend IS NOT NULL)
GROUP BY t.grain, t.period;
