package calendar

import (
	"fmt"
	"sync"
	"time"

	"github.com/parley-voice/parley/customer"
)

// Zones are the time zones that a person may be in: the one that the profile
// names, or all those of the number's area. A mobile number of a country with
// several zones may be in any of them. The error tells what to fill in.
func Zones(n customer.Number, profile string) ([]*time.Location, error) {
	names := n.Zones()
	if profile != "" {
		names = []string{profile}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("the number %s tells no time zone: give the customer one (field timezone)", n.Masked())
	}
	var all []*time.Location
	for _, name := range names {
		zone, err := location(name)
		if err != nil || name == "Local" {
			return nil, fmt.Errorf("%q is no time zone: write one like Asia/Shanghai", name)
		}
		all = append(all, zone)
	}
	return all, nil
}

// loaded keeps zones: to load one reads a file.
var loaded sync.Map // name -> *time.Location

func location(name string) (*time.Location, error) {
	if z, ok := loaded.Load(name); ok {
		return z.(*time.Location), nil
	}
	z, err := time.LoadLocation(name)
	if err == nil {
		loaded.Store(name, z)
	}
	return z, err
}
