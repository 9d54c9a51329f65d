-- Did somebody ask about a product again: by number and product, where past_number
-- and past_product each find too many.
CREATE INDEX past_asked ON past (number, product, began) WHERE product IS NOT NULL AND inbound = 1;
