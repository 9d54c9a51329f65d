-- Each webhook takes its own messages, so that a slow one keeps nobody else waiting.
CREATE INDEX outbox_hook ON outbox (hook, state, since);
