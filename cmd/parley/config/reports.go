package config

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Reports says what figures count by.
type Reports struct {
	Zone      string   `yaml:"zone" default:"Asia/Shanghai" doc:"Time zone of the site (IANA), whose days, weeks, months and quarters the reports have."`
	Converted []string `yaml:"converted" default:"booked, need_clear, prequalified, promised, paid, wanted, rescheduled" doc:"Outcomes of calls that did what they were for."`
	Refused   []string `yaml:"refused" default:"refused" doc:"Outcomes of people who refused."`
	Risk      []string `yaml:"risk" default:"complaint, refund, damaged, unhappy, high_risk" doc:"Tags of calls of high risk."`
	Prices    Prices   `yaml:"prices" doc:"What calls cost, in callers.currency."`
	Goals     Goals    `yaml:"goals" doc:"Figures beyond which a report warns, in percent. 0: never."`
}

// Prices are what a carrier and the house ask for.
type Prices struct {
	OutboundCall   Price `yaml:"outbound_call" default:"0" doc:"Each call placed, answered or not."`
	OutboundMinute Price `yaml:"outbound_minute" default:"0" doc:"Each minute begun of a call placed."`
	InboundMinute  Price `yaml:"inbound_minute" default:"0" doc:"Each minute begun of a call that comes in."`
	AgentMinute    Price `yaml:"agent_minute" default:"0" doc:"Each minute of a person, to the millisecond."`
}

// Goals are where warnings begin.
type Goals struct {
	Intent    int `yaml:"intent" default:"15" min:"0" max:"100" doc:"Least intent rate."`
	CSAT      int `yaml:"csat" default:"85" min:"0" max:"100" doc:"Least CSAT."`
	Service   int `yaml:"service" default:"80" min:"0" max:"100" doc:"Least service level of a queue."`
	Risk      int `yaml:"risk" default:"10" min:"0" max:"100" doc:"Highest share of high risk."`
	Repeat    int `yaml:"repeat" default:"20" min:"0" max:"100" doc:"Highest share of repeat callers."`
	Escalated int `yaml:"escalated" default:"20" min:"0" max:"100" doc:"Highest share of complaints that went further up."`
	Abandoned int `yaml:"abandoned" default:"3" min:"0" max:"100" doc:"Highest share of people we called who met no person in 2 s."`
}

// Price is an amount in millionths of a currency.
type Price int64

var amount = regexp.MustCompile(`^([0-9]{1,9})(?:\.([0-9]{1,6}))?$`)

// UnmarshalText reads an amount like 0.12, with up to six decimals.
func (p *Price) UnmarshalText(text []byte) error {
	m := amount.FindSubmatch(text)
	if m == nil {
		return fmt.Errorf("%q is no price; write one like 0.12, with six decimals at most", text)
	}
	decimals := string(m[2])
	for len(decimals) < 6 {
		decimals += "0"
	}
	n, err := strconv.ParseInt(string(m[1])+decimals, 10, 64)
	*p = Price(n)
	return err
}

func (c *Config) checkReports(fail failer) {
	if _, err := time.LoadLocation(c.Reports.Zone); err != nil || c.Reports.Zone == "" || c.Reports.Zone == "Local" {
		fail("reports.zone", "write a name like Asia/Shanghai or Europe/Berlin", "reports.zone %q is no time zone", c.Reports.Zone)
	}
}
