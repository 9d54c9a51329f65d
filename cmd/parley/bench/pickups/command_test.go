package pickups

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestUpperBound(t *testing.T) {
	for _, c := range []struct {
		k, n int
		want float64
	}{{0, 100, 0.02951}, {0, 300, 0.00994}, {1, 100, 0.04656}, {5, 1000, 0.01048}, {3, 3, 1}} {
		if got := upper(c.k, c.n); math.Abs(got-c.want) > 2e-5 {
			t.Errorf("%d of %d: %v, want %v", c.k, c.n, got, c.want)
		}
	}
}

func TestLoseLeavesAboutAsMuchAsItIsTold(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	n := 0
	for range 1000 {
		n += len([]rune(lose(r, "号码是空号请核对后再", 0.2)))
	}
	if n < 7700 || n > 8300 {
		t.Errorf("%d of 10000 characters are left", n)
	}
	if got := lose(r, "all of it", 0); got != "all of it " {
		t.Errorf("nothing was to be lost: %q", got)
	}
}
