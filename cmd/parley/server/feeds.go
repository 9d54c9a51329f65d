package server

import (
	"context"
	"sync"
	"time"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/feeds"
	"github.com/parley-voice/parley/store"
)

// heed begins what keeps customers up to date, their sources and their labels, and
// the campaigns that call them.
func (s *Server) heed(ctx context.Context, all *sync.WaitGroup) {
	all.Go(func() { s.hotline.outbound.Run(ctx) })
	if s.cfg.Node != "" {
		return // the server does the rest for all
	}
	all.Go(func() { s.portray(ctx) })
	all.Go(func() { s.feed(ctx) })
	all.Go(func() { s.notarise(ctx) })
	all.Go(func() { s.hotline.owed.watch(ctx) })
}

// feed reads the sources of customers until ctx ends, each by itself.
func (s *Server) feed(ctx context.Context) {
	var all sync.WaitGroup
	defer all.Wait()
	for name, source := range s.cfg.Sources {
		f := &feeds.Feed{Mapping: s.cfg.Mapping(name), Keep: s.Store, Now: time.Now, Log: s.log.With("room", "feeds")}
		switch {
		case source.SQL != nil:
			all.Go(func() { f.Poll(ctx, query(*source.SQL), opener(*source.SQL)) })
		case source.Kafka != nil:
			all.Go(func() { f.Consume(ctx, topic(*source.Kafka)) })
		}
	}
}

func query(s config.SourceSQL) feeds.Query {
	return feeds.Query{Text: s.Query, Cursor: s.Cursor, From: s.From, Every: s.Every}
}

func opener(s config.SourceSQL) func(context.Context) (feeds.Rows, func() error, error) {
	return func(ctx context.Context) (feeds.Rows, func() error, error) {
		db, err := store.OpenSource(ctx, s.DSN.Reveal())
		if err != nil {
			return nil, nil, err
		}
		return db, db.Close, nil
	}
}

func topic(s config.SourceKafka) feeds.Topic {
	return feeds.Topic{Brokers: s.Brokers, Name: s.Topic, Group: s.Group, TLS: s.TLS, User: s.Username, Password: s.Password.Reveal()}
}
