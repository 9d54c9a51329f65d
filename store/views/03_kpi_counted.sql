-- How many calls there were, and how many the other figures leave out (D6).
-- Formula: calls = kept + short + empty_numbers. withheld are those of the kept whose person nobody knows: they count as calls, and in no figure about persons.
-- Left out: nothing that has ended.
CREATE VIEW kpi_counted AS
SELECT t.grain, t.period, COUNT(*) AS calls,
    COUNT(*) FILTER (WHERE c.left_out = '') AS kept,
    COUNT(*) FILTER (WHERE c.left_out = 'short') AS short,
    COUNT(*) FILTER (WHERE c.left_out = 'empty_number') AS empty_numbers,
    COUNT(*) FILTER (WHERE c.left_out = '' AND c.person IS NULL) AS withheld
FROM periods AS t CROSS JOIN kpi_calls AS c
WHERE c.began >= t.starts AND c.began < t.ends
GROUP BY t.grain, t.period;
