package feeds

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"strconv"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl/scram"

	"github.com/parley-voice/parley/customer/feed"
)

// Topic is messages of Kafka, each a JSON object or a list of them.
type Topic struct {
	Brokers  []string
	Name     string
	Group    string // of consumers, of which each message goes to one
	TLS      bool
	User     string // SCRAM-SHA-512; "" for none
	Password string
}

// maxFetch bounds what waits in memory of one fetch, in bytes.
const maxFetch = 8 << 20

// Consume reads the topic until ctx ends. Offsets are committed after the database
// has: after a kill some messages come again, and change nothing. A message that
// cannot be taken is written down with its place, and does not stop the others.
func (f *Feed) Consume(ctx context.Context, t Topic) {
	f.again(ctx, retryFirst, func(ctx context.Context) error { return f.consume(ctx, t) })
}

func (f *Feed) consume(ctx context.Context, t Topic) error {
	o := []kgo.Opt{
		kgo.SeedBrokers(t.Brokers...), kgo.ConsumeTopics(t.Name), kgo.ConsumerGroup(t.Group), kgo.ClientID("parley"),
		kgo.DisableAutoCommit(), kgo.BlockRebalanceOnPoll(), kgo.FetchMaxBytes(maxFetch), kgo.BrokerMaxReadBytes(4 * maxFetch),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
	}
	if t.TLS {
		o = append(o, kgo.DialTLSConfig(&tls.Config{MinVersion: tls.VersionTLS12}))
	}
	if t.User != "" {
		o = append(o, kgo.SASL(scram.Auth{User: t.User, Pass: t.Password}.AsSha512Mechanism()))
	}
	c, err := kgo.NewClient(o...)
	if err != nil {
		return fmt.Errorf("kafka: %w", err)
	}
	defer c.CloseAllowingRebalance()
	for {
		if err := f.fetch(ctx, c); err != nil {
			return err
		}
	}
}

// fetch keeps what came and then tells the broker so.
func (f *Feed) fetch(ctx context.Context, c *kgo.Client) error {
	defer c.AllowRebalance()
	got := c.PollRecords(ctx, feed.BatchRows)
	if failed := got.Errors(); len(failed) > 0 {
		e := failed[0]
		if ctx.Err() != nil || errors.Is(e.Err, kgo.ErrClientClosed) {
			return ctx.Err()
		}
		return fmt.Errorf("kafka: %s, partition %d: %w", e.Topic, e.Partition, e.Err)
	}
	b := feed.Batch{Source: f.Mapping.Source}
	got.EachRecord(func(r *kgo.Record) {
		ref := r.Topic + " partition " + strconv.Itoa(int(r.Partition)) + " offset " + strconv.FormatInt(r.Offset, 10)
		f.Mapping.JSON(&b, ref, r.Value, r.Timestamp)
	})
	if b.Rows() > 0 {
		if err := f.take(ctx, b); err != nil {
			return err
		}
	}
	if got.NumRecords() == 0 {
		return ctx.Err()
	}
	if err := c.CommitRecords(ctx, got.Records()...); err != nil {
		return fmt.Errorf("kafka: the place could not be kept: %w", err)
	}
	return nil
}
