-- Compensation: what people were given when what was owed to them was settled, by kind.
-- Formula: given are settlements with a compensation of the kind (coupon, points, refund, other), in the period in which they were settled; value is the sum of what they are worth, in the currency beside it ('' for points, and for what has none).
-- Left out: nothing; what was given for anything that was owed counts, for a complaint or not.
CREATE VIEW kpi_compensation AS
SELECT t.grain, t.period, o.paid AS kind, o.paid_currency AS currency, COUNT(*) AS given, CAST(SUM(o.paid_amount) AS REAL) / 100 AS value
FROM periods AS t CROSS JOIN owed AS o
WHERE o.paid <> '' AND o.settled >= t.starts AND o.settled < t.ends
GROUP BY t.grain, t.period, o.paid, o.paid_currency;
