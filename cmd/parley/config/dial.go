package config

import (
	"cmp"
	"fmt"
	"strings"
)

// Dial checks whom a call is to be placed to, and gives the number that is shown:
// from, or that of the trunk.
func Dial(trunks []Trunk, to, trunk, from string) (shown string, err error) {
	if trunk == "" {
		if !strings.HasPrefix(to, "sip:") {
			return "", fmt.Errorf("%q is no SIP address: write sip:USER@HOST, or name a trunk", to)
		}
		return from, nil
	}
	var names []string
	for _, t := range trunks {
		if t.Name == trunk && t.Host != "" {
			return cmp.Or(from, t.Caller, t.Username), nil
		}
		names = append(names, t.Name)
	}
	return "", fmt.Errorf("no trunk with a host is named %q; %s", trunk, Suggest(trunk, names))
}
