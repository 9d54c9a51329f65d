package call

import (
	"testing"
	"time"
)

// deskClerk knows one code.
type deskClerk struct{ told []string }

func (c *deskClerk) Dialled(agent, number string) (string, string, bool) {
	if number != "*11" {
		return "", "", false
	}
	c.told = append(c.told, agent)
	return "You are logged in.", "en-US", true
}

func TestAgentDialsCode(t *testing.T) {
	for name, c := range map[string]struct {
		agent, number string
		told          bool
	}{
		"an agent":             {"1001", "*11", true},
		"a stranger":           {"", "*11", false},
		"an agent, no code":    {"1001", "4001", false},
		"an agent, no such it": {"1001", "*99", false},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, handing(bridged), func(r *rig) {
				clerk := &deskClerk{}
				r.desk.deps.People.Clerk = clerk
				r.leg.info.Agent, r.leg.info.Called = c.agent, c.number
				r.call()
				r.pass(10 * time.Second)
				if (len(clerk.told) == 1) != c.told {
					t.Fatalf("the clerk was told %v", clerk.told)
				}
				if !c.told {
					r.leg.bye()
					r.end()
					return
				}
				rec := r.end()
				if said := has(rec, EntrySaid); len(said) != 1 || said[0].Text != "You are logged in." || rec.EndedBy != "us" || rec.Recording != "" {
					t.Errorf("record: %+v", rec)
				}
			})
		})
	}
}
