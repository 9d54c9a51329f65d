package config

import (
	"path/filepath"
	"regexp"
	"strings"
)

// Store says where rows are kept.
type Store struct {
	DSN Secret `yaml:"dsn" doc:"PostgreSQL 13 or newer: postgres://USER:PASSWORD@HOST:5432/DATABASE?sslmode=verify-full, best as ${PARLEY_DSN}. Not through a pooler that lends connections for one transaction. Empty: SQLite, in records.db, reviews.db and access.db under data."`
}

// Callers says how numbers and amounts are read.
type Callers struct {
	Country  string `yaml:"country" default:"CN" doc:"Country of numbers that come without a country code: two letters, ISO 3166-1."`
	Currency string `yaml:"currency" default:"CNY" doc:"Currency of amounts that name none: three letters, ISO 4217."`
}

// RecordsAt is where records and customers are: a URL of PostgreSQL, or a file.
func (c *Config) RecordsAt() string { return c.at("records.db") }

// ReviewsAt is where reviews of scripts are, likewise.
func (c *Config) ReviewsAt() string { return c.at("reviews.db") }

// AccessAt is where the API's keys and the audit log are, likewise.
func (c *Config) AccessAt() string { return c.at("access.db") }

func (c *Config) at(file string) string {
	if c.Store.DSN != "" {
		return string(c.Store.DSN)
	}
	return filepath.Join(c.Data, file)
}

// KeepIn keeps everything in files of a folder, whatever the configuration says.
func (c *Config) KeepIn(folder string) { c.Data, c.Store.DSN = folder, "" }

var (
	countryCode  = regexp.MustCompile("^[A-Z]{2}$")
	currencyCode = regexp.MustCompile("^[A-Z]{3}$")
)

var nodeName = regexp.MustCompile("^[a-z0-9][a-z0-9-]{0,30}$")

// checkNode holds a node to what is the server's alone, or needs its disk.
func (c *Config) checkNode(fail failer) {
	if c.Node == "" {
		return
	}
	leave := "leave it to the server"
	if !nodeName.MatchString(c.Node) {
		fail("node", "write small letters, digits and -, up to 31", "node %q is no name of a node", c.Node)
	}
	if c.Store.DSN == "" {
		fail("store.dsn", "name the server's database", "node: several processes share a PostgreSQL database, and store.dsn is empty")
	}
	if c.Record {
		fail("record", "write record: false", "node: recordings would lie on this node's disk, where nobody finds them to hand them out or erase them")
	}
	if len(c.Hotline().Queues) > 0 {
		fail("queues", leave, "node: callers wait for agents on the server only")
	}
	if c.Registrar != nil {
		fail("registrar", leave, "node: the phones of agents register with the server")
	}
	if len(c.Sources) > 0 {
		fail("sources", leave, "node: sources of customers are read by the server")
	}
}

func (c *Config) checkStore(fail failer) {
	dsn := string(c.Store.DSN)
	if dsn != "" && !strings.HasPrefix(dsn, "postgres://") && !strings.HasPrefix(dsn, "postgresql://") {
		fail("store.dsn", "write postgres://USER:PASSWORD@HOST:5432/DATABASE, or leave it out for SQLite", "store.dsn is no PostgreSQL URL")
	}
	if !countryCode.MatchString(c.Callers.Country) {
		fail("callers.country", "write two letters, like CN", "callers.country %q is no country code", c.Callers.Country)
	}
	if !currencyCode.MatchString(c.Callers.Currency) {
		fail("callers.currency", "write three letters, like CNY", "callers.currency %q is no currency code", c.Callers.Currency)
	}
}
