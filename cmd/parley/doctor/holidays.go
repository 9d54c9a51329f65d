package doctor

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/parley-voice/parley/cmd/parley/config"
)

// Holidays of the next year are asked for so long before it begins: governments have
// told them by then, and there is time to write them down.
const holidaysAhead = 60 * 24 * time.Hour

// holidays warns of jurisdictions in which a year that has begun, or soon will, is not
// known: nobody there gets a marketing call in it.
func holidays(_ context.Context, c *config.Config, m Machine) []Finding {
	p, err := c.Policy()
	if err != nil {
		return []Finding{{"holidays", Broken, err.Error(), "mend the files of consent.jurisdictions"}}
	}
	var unknown []string
	now := m.Now()
	for _, r := range p.Book.Rules() {
		for y := now.Year(); r.Holidays != nil && y <= now.Add(holidaysAhead).Year(); y++ {
			if _, known := r.Holidays[y]; !known {
				unknown = append(unknown, fmt.Sprintf("%s %d", r.Name, y))
			}
		}
	}
	if len(unknown) > 0 {
		return []Finding{{"holidays", Warn, fmt.Sprintf("not known: %s; nobody there gets a marketing call in that year", strings.Join(unknown, ", ")),
			"add the year to a file of the same name in consent.jurisdictions, once it is official: docs/consent.md"}}
	}
	return []Finding{{"holidays", OK, "known for the next 60 days", ""}}
}
