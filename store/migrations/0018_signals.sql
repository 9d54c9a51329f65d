-- What people did lately that campaigns may answer.
DROP INDEX events_signals;
CREATE INDEX events_signals ON events (at) WHERE kind IN ('browse', 'cart', 'order');
