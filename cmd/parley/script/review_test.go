package script

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parley-voice/parley/dialog/review"
	"github.com/parley-voice/parley/store"
)

// desk is a folder of scripts with a configuration, and people at it.
type desk struct {
	t    *testing.T
	dir  string
	w    *World
	out  *bytes.Buffer
	conf string
}

func newDesk(t *testing.T) *desk {
	d := &desk{t: t, dir: t.TempDir()}
	d.w, d.out = world("")
	d.conf = write(t, d.dir, "parley.yaml", "scripts: .\ndata: ./var\n")
	return d
}

type command interface {
	Run(ctx context.Context, w *World) error
}

// does runs a command that must go well and gives what it said.
func (d *desk) does(c command) string {
	d.t.Helper()
	d.out.Reset()
	if err := c.Run(d.t.Context(), d.w); err != nil {
		d.t.Fatalf("%T: %v\n%s", c, err, d.out)
	}
	return d.out.String()
}

func (d *desk) who(name string) Who { return Who{As: name, Config: d.conf} }

func TestAVersionGoesThroughItsReview(t *testing.T) {
	d := newDesk(t)
	if err := os.Mkdir(filepath.Join(d.dir, "shop"), 0o755); err != nil {
		t.Fatal(err)
	}
	file := write(t, d.dir, "shop/hello.yaml", good)
	of := Version{Script: "shop/hello"}
	if said := d.does(&SubmitCmd{Who: d.who("Li Na"), File: file}); !strings.Contains(said, "parley script approve shop/hello ") {
		t.Errorf("submit says %q", said)
	}
	if err := (&ApproveCmd{d.who("li  na"), of}).Run(t.Context(), d.w); !errors.Is(err, review.ErrOwn) {
		t.Errorf("the author approves: %v", err)
	}
	if err := (&PublishCmd{d.who("Li Na"), of}).Run(t.Context(), d.w); !errors.Is(err, review.ErrState) {
		t.Errorf("a draft is published: %v", err)
	}
	d.does(&ApproveCmd{d.who("Wang"), of})
	d.does(&PublishCmd{d.who("Li Na"), of})
	check := &CheckCmd{Files: []string{file}, Config: d.conf}
	if said := d.does(check); strings.Contains(said, "changed-since-review") {
		t.Errorf("check says %q", said)
	}

	write(t, d.dir, "shop/hello.yaml", strings.Replace(good, "script: good\n", "script: good\nversion: 2\n", 1))
	if said := d.does(check); !strings.Contains(said, "changed-since-review") || !strings.Contains(said, "version 2 as it is here") {
		t.Errorf("check says %q", said)
	}
	if err := (&RollbackCmd{Who: d.who("Wang"), Script: "shop/hello"}).Run(t.Context(), d.w); err == nil || !strings.Contains(err.Error(), "published before") {
		t.Errorf("rolled back to nothing: %v", err)
	}
	d.does(&SubmitCmd{Who: d.who("Li Na"), File: file})
	d.does(&ApproveCmd{d.who("Wang"), of})
	d.does(&PublishCmd{d.who("Wang"), of})
	d.does(&RollbackCmd{Who: Who{As: "Wang", Note: "too many complaints", Config: d.conf}, Script: "shop/hello"})
	said := d.does(&HistoryCmd{Config: d.conf})
	for _, want := range []string{"shop/hello", "submit", "approve", "publish", "rollback", "too many complaints", "Li Na", "published: "} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is missing in the history:\n%s", want, said)
		}
	}
	if said := d.does(&HistoryCmd{Config: d.conf, Script: "shop/hello", JSON: true}); !strings.Contains(said, `"act": "rollback"`) {
		t.Errorf("JSON: %s", said)
	}
	if said := d.does(&WithdrawCmd{Who: d.who("Wang"), Script: "shop/hello"}); !strings.Contains(said, "withdrawn") {
		t.Errorf("withdraw says %q", said)
	}
}

func TestReviewsRefuse(t *testing.T) {
	d := newDesk(t)
	file := write(t, d.dir, "bad.yaml", bad)
	if err := (&SubmitCmd{Who: d.who("li"), File: file}).Run(t.Context(), d.w); !errors.Is(err, ErrTold) || !strings.Contains(d.out.String(), "unknown-key") {
		t.Errorf("a broken script is put forward: %v\n%s", err, d.out)
	}
	d.does(&SubmitCmd{Who: d.who("li"), File: write(t, d.dir, "good.yaml", good), Name: "other/name"})
	for want, c := range map[string]command{
		"no version of \"none\" was submitted": &ApproveCmd{d.who("wang"), Version{Script: "none"}},
		"begins with \"zzz\"":                  &RejectCmd{d.who("wang"), Version{Script: "other/name", Hash: "zzz"}},
		"say who":                              &RejectCmd{d.who(" "), Version{Script: "other/name"}},
		"of \"other/name\" is published":       &WithdrawCmd{d.who("wang"), "other/name"},
		"was submitted":                        &HistoryCmd{Script: "none", Config: d.conf},
	} {
		if err := c.Run(t.Context(), d.w); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%T: got %v, want %q", c, err, want)
		}
	}
	d.does(&RejectCmd{d.who("wang"), Version{Script: "other/name"}})
	r, err := store.OpenReviews(t.Context(), filepath.Join(d.dir, "var", "reviews.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	if past, err := r.History(t.Context(), "other/name"); err != nil || len(past) != 2 {
		t.Errorf("%v, %v", past, err)
	}
}
