package config

import (
	"path/filepath"
	"strings"
	"time"

	"github.com/parley-voice/parley/customer/feed"
)

// Source is a system that tells of customers and what they do.
type Source struct {
	SQL    *SourceSQL        `yaml:"sql" doc:"Ask a database again and again."`
	Kafka  *SourceKafka      `yaml:"kafka" doc:"Read messages of Kafka, each a JSON object or a list of them."`
	Fields map[string]string `yaml:"fields" doc:"Where our fields stand in the source's rows: customer, number, name, region, language, tags, updated, id, kind, at, amount, currency, category, product, channel, discount, score, mood, lasted (seconds), text. A dot leads into an object of JSON (number: buyer.phone). Empty: each by its own name. A name about marriage or income is refused."`
	Event  string            `yaml:"event" doc:"The kind of event that every row is: order, refund, browse, cart, enquiry, complaint, aftersales, contact, refusal, call, review. Empty: the field kind tells; without that one, rows are about people alone."`
	Kinds  map[string]string `yaml:"kinds" doc:"The source's words for kinds of events, each with ours; none: the row is about the person alone."`
	Zone   string            `yaml:"zone" doc:"Time zone of times that name none (Asia/Shanghai). Empty: UTC."`
}

// SourceSQL asks a database.
type SourceSQL struct {
	DSN    Secret        `yaml:"dsn" required:"true" doc:"postgres://USER:PASSWORD@HOST:5432/DATABASE, best as ${SHOP_DSN}, or the path of a SQLite file. It is only read."`
	Query  string        `yaml:"query" required:"true" doc:"What to ask, in the order of cursor; :cursor stands where it goes on: SELECT ... WHERE id >= :cursor ORDER BY id. With >= rows of one moment are not lost; what comes again changes nothing."`
	Cursor string        `yaml:"cursor" doc:"The column that tells how far was read. Empty: everything is read each time."`
	From   string        `yaml:"from" default:"0" doc:"The first cursor, such as 0 or 2026-01-01."`
	Every  time.Duration `yaml:"every" default:"1m" min:"1s" max:"24h" doc:"How often it is asked."`
}

// SourceKafka reads a topic.
type SourceKafka struct {
	Brokers  []string `yaml:"brokers" required:"true" doc:"HOST:PORT of some of the brokers."`
	Topic    string   `yaml:"topic" required:"true" doc:"The topic."`
	Group    string   `yaml:"group" default:"parley" doc:"Group of consumers. Its place is kept after the database has what was read."`
	TLS      bool     `yaml:"tls" default:"false" doc:"Speak TLS with the brokers."`
	Username string   `yaml:"username" doc:"User for SCRAM-SHA-512. Empty: none."`
	Password Secret   `yaml:"password" doc:"Its password, best as ${KAFKA_PASSWORD}."`
}

// Mapping is where a source's fields stand. A source that is not configured is
// read by our own names.
func (c *Config) Mapping(source string) feed.Mapping {
	s := c.Sources[source]
	m := feed.Mapping{Source: source, Fields: s.Fields, Event: s.Event, Kinds: s.Kinds, Zone: time.UTC, Country: c.Callers.Country, Currency: c.Callers.Currency}
	if len(m.Fields) == 0 {
		m.Fields = feed.Same()
	}
	if zone, err := time.LoadLocation(s.Zone); err == nil { // checked when it was read
		m.Zone = zone
	}
	return m
}

// under makes paths of files relative to a folder.
func (s *SourceSQL) under(folder string) {
	if where := string(s.DSN); !strings.Contains(where, "://") && !filepath.IsAbs(where) {
		s.DSN = Secret(filepath.Join(folder, where))
	}
}

func (c *Config) checkSources(fail failer) {
	for name, s := range c.Sources {
		at := "sources." + name
		m := c.Mapping(name)
		for _, f := range m.Faults() {
			fail(at+"."+f.Key, f.Hint, "%s: %s", at+"."+f.Key, f.What)
		}
		if s.SQL != nil && s.Kafka != nil {
			fail(at, "make two sources of it", "%s is read in two ways", at)
		}
		if s.SQL != nil && s.SQL.Cursor != "" && !strings.Contains(s.SQL.Query, ":cursor") {
			fail(at+".sql.query", "write WHERE "+s.SQL.Cursor+" >= :cursor ORDER BY "+s.SQL.Cursor, "%s.sql.query does not say where :cursor goes", at)
		}
		if _, err := time.LoadLocation(s.Zone); err != nil {
			fail(at+".zone", "write it like Asia/Shanghai", "%s.zone: there is no time zone %q", at, s.Zone)
		}
	}
}
