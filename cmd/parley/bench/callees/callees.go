package callees

import (
	"fmt"
	"math/rand/v2"

	"github.com/parley-voice/parley/campaign/pickup"
)

// kind is what a callee does, and what a call should find there.
type kind struct {
	name   string
	share  int // of a hundred people
	right  []pickup.Status
	takes  int           // recordings
	lines  []string      // what is said: of people after the answer, of networks before it
	ends   final         // of who does not answer
	keys   string        // of people: pressed after the greeting; "" hangs up instead
	status pickup.Status // what the report calls them
}

// final is how a call is refused.
type final struct {
	code   int
	phrase string
	reason string // header
	rings  bool   // until the caller gives up
}

var person = []pickup.Status{pickup.Human, pickup.Unknown} // unknown is treated as a person

// kinds are the people and networks that a campaign meets.
var kinds = []kind{
	{name: "person: interested", share: 22, right: person, takes: 16, lines: greetings, keys: "1", status: pickup.Human},
	{name: "person: no, thanks", share: 14, right: person, takes: 12, lines: greetings, keys: "2", status: pickup.Human},
	{name: "person: complains", share: 2, right: person, takes: 4, lines: greetings, keys: "9", status: pickup.Human},
	{name: "person: hangs up", share: 4, right: person, takes: 6, lines: greetings, status: pickup.Human},
	{name: "machine", share: 14, right: []pickup.Status{pickup.Machine}, takes: 16, lines: machines, status: pickup.Machine},
	{name: "busy", share: 12, right: []pickup.Status{pickup.Busy}, takes: 1, ends: final{486, "Busy Here", "", false}, status: pickup.Busy},
	{name: "no answer", share: 12, right: []pickup.Status{pickup.NoAnswer}, takes: 1, ends: final{rings: true}, status: pickup.NoAnswer},
	{name: "empty: words, 404", share: 4, right: []pickup.Status{pickup.Empty}, takes: 2, lines: vacant, ends: final{404, "Not Found", "", false}, status: pickup.Empty},
	{name: "empty: words, cause 1", share: 2, right: []pickup.Status{pickup.Empty}, takes: 2, lines: vacant, ends: final{503, "Service Unavailable", `Reason: Q.850;cause=1`, false}, status: pickup.Empty},
	{name: "empty: SIT tone, 480", share: 2, right: []pickup.Status{pickup.Empty}, takes: 2, lines: special, ends: final{480, "Temporarily Unavailable", "", false}, status: pickup.Empty},
	{name: "empty: words alone, 480", share: 2, right: []pickup.Status{pickup.Empty}, takes: 2, lines: vacant, ends: final{480, "Temporarily Unavailable", "", false}, status: pickup.Empty},
	{name: "off: words alone, 480", share: 3, right: []pickup.Status{pickup.Off}, takes: 2, lines: off, ends: final{480, "Temporarily Unavailable", "", false}, status: pickup.Off},
	{name: "suspended: words alone, 480", share: 1, right: []pickup.Status{pickup.Suspended}, takes: 2, lines: suspended, ends: final{480, "Temporarily Unavailable", "", false}, status: pickup.Suspended},
	{name: "unreachable: cause 20", share: 2, right: []pickup.Status{pickup.Unreachable}, takes: 1, ends: final{480, "Temporarily Unavailable", `Reason: Q.850;cause=20`, false}, status: pickup.Unreachable},
	{name: "refused", share: 4, right: []pickup.Status{pickup.Refused}, takes: 1, ends: final{603, "Decline", "", false}, status: pickup.Refused},
}

func (k kind) answers() bool { return k.ends == final{} }

// role is one recording of one kind; its place in roles is in the last two digits of
// the numbers that play it.
type role struct {
	*kind
	take int
}

var roles = func() (all []role) {
	for i := range kinds {
		for t := range kinds[i].takes {
			all = append(all, role{&kinds[i], t})
		}
	}
	return all
}()

// line is what the role says.
func (r role) line() string { return r.lines[r.take%len(r.lines)] }

// callee is one made-up person.
type callee struct {
	id, number string
	role       int
}

// draw makes people: the shares are kept to one person, the order is drawn.
func draw(n int, seed uint64) []callee {
	r := rand.New(rand.NewPCG(seed, 2))
	first := map[string]int{} // role of each kind's first recording
	for i := len(roles) - 1; i >= 0; i-- {
		first[roles[i].name] = i
	}
	var who []int
	for at, upTo := 0, 0; at < len(kinds); at++ {
		upTo += kinds[at].share
		for len(who) < n*upTo/100 {
			who = append(who, first[kinds[at].name]+r.IntN(kinds[at].takes))
		}
	}
	r.Shuffle(len(who), func(i, j int) { who[i], who[j] = who[j], who[i] })
	all := make([]callee, len(who))
	for i, role := range who {
		all[i] = callee{fmt.Sprintf("p%05d", i), fmt.Sprintf("+659%05d%02d", i, role), role}
	}
	return all
}

// roleOf reads the role from a number.
func roleOf(number string) (int, bool) {
	var n int
	if len(number) < 2 {
		return 0, false
	}
	if _, err := fmt.Sscanf(number[len(number)-2:], "%d", &n); err != nil || n >= len(roles) {
		return 0, false
	}
	return n, true
}
