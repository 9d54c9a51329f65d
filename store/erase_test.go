package store_test

import (
	"bytes"
	"encoding/json"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
	"github.com/parley-voice/parley/store/storetest"
)

// dump is all that lies in the files of SQLite, or all that pg_dump writes.
func dump(t *testing.T, where string) []byte {
	t.Helper()
	var all []byte
	if u, err := url.Parse(where); err == nil && u.Scheme == "postgres" {
		schema := u.Query().Get("search_path")
		bins, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pg_dump")
		if len(bins) == 0 {
			t.Fatal("there is no pg_dump")
		}
		out, err := exec.Command(bins[len(bins)-1], "--schema", schema, "--dbname", strings.Split(where, "&search_path")[0]).Output()
		if err != nil || len(out) < 1000 {
			t.Fatalf("pg_dump: %v", err)
		}
		return out
	}
	for _, end := range []string{"", "-wal", "-shm"} {
		b, err := os.ReadFile(where + end)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		all = append(all, b...)
	}
	return all
}

func TestNothingIsLeftOfOneWhoIsErased(t *testing.T) {
	both(t, func(t *testing.T, where string) {
		by, known := notaryKey(t)
		s := storetest.Open(t, where)
		defer s.Close()
		ctx := t.Context()
		check := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		asked(t, s, 0, 30)
		const digits, theirs = "38000000", "+8613800000007" // p00007
		wav := filepath.Join(t.TempDir(), "call.wav")
		check(os.WriteFile(wav, []byte("RIFF"), 0o600))
		for i, caller := range []string{"13800000007", "+86 138 0000 0008"} {
			r := storetest.Ended("call"+string(rune('a'+i)), morning)
			r.Caller, r.Recording = caller, wav
			r.Entries = append(r.Entries, call.Entry{Seq: 3, At: morning, Kind: call.EntryNote, Text: "product=kettle"},
				call.Entry{Seq: 4, At: morning, Kind: call.EntryHeard, Text: "my name is Aurelius"})
			check(s.Begin(ctx, r))
			check(s.Finish(ctx, r))
			check(s.Flush(ctx, r.ID))
		}
		n := customer.Parse("13800000007", "CN")
		_, err := s.OptOut(ctx, morning, store.Word{ID: "list/" + theirs, Number: theirs, Kind: store.RefusedOffer, Source: theirs})
		check(err)
		_, err = s.OptOut(ctx, morning, store.Word{ID: "list/" + theirs + "/complaint", Number: theirs, Kind: store.Complained})
		check(err)
		_, err = s.SettleFollowUp(ctx, "list/"+theirs+"/complaint.complaint", customer.Settlement{Who: "Bo", Outcome: customer.Done, Note: "called Aurelius",
			Compensation: &customer.Compensation{Kind: customer.GivenCoupon, Value: "20.00", Currency: "CNY", Code: "AURELIUS20"}}, morning, nil)
		check(err)
		k := campaign.Candidate{Campaign: "spring", Person: "p00007", Number: n, State: campaign.Pending, Due: morning, Deadline: morning.Add(time.Hour)}
		_, err = s.AddCandidates(ctx, k)
		check(err)
		check(s.SettleCandidate(ctx, "", k, store.Followed{Call: "out", At: morning,
			Todo: []campaign.Follow{{ID: "spring/p00007/1/promotion", Campaign: "spring", Person: "p00007", Number: theirs, Do: campaign.Promotion, At: morning}}}))
		all, err := s.Everything(ctx, theirs)
		check(err)
		text, err := json.Marshal(all)
		check(err)
		for _, want := range []string{"p00007", "Aurelius", "AURELIUS20", "opt_outs", "complaints", "permit_events", "2026-03-04"} {
			if !bytes.Contains(text, []byte(want)) {
				t.Errorf("the export holds no %s: %s", want, text)
			}
		}
		if bytes.Contains(text, []byte("p00008")) {
			t.Errorf("the export tells of another: %s", text)
		}
		head, err := s.SignHead(ctx, morning, by, known)
		check(err)
		if _, err := s.Erase(ctx, morning, theirs, func(string) error { return os.ErrPermission }); err == nil {
			t.Error("erased, though a file could not be deleted")
		}
		out, err := s.Erase(ctx, morning, theirs, os.Remove)
		check(err)
		if out.Numbers != 1 || out.Calls != 1 || out.Files != 1 || out.Leaves < 3 || out.Due != 0 {
			t.Errorf("%+v", out)
		}
		if _, err := os.Stat(wav); !os.IsNotExist(err) {
			t.Errorf("the recording: %v", err)
		}
		left := dump(t, where)
		for _, gone := range []string{"13800000007", "p00007", "AURELIUS"} {
			if i := bytes.Index(left, []byte(gone)); i >= 0 {
				t.Errorf("%q is still there: %q", gone, left[max(0, i-200):min(len(left), i+100)])
			}
		}
		if !bytes.Contains(left, []byte(digits+"08")) && !bytes.Contains(left, []byte("13800000008")) {
			t.Error("the others are gone too, or the dump is none")
		}
		r, err := s.Audit(ctx, known, nil, nil)
		if err != nil || len(r.Findings) > 0 || r.Erased != int64(out.Leaves) || r.Heads != 1 {
			t.Errorf("the ledger after it, held against %d leaves: %+v, %v", head.Size, r, err)
		}
		// A list brings the number back, with consent; it is not called.
		_, err = s.Upsert(ctx, customer.Profile{ID: "again", Numbers: []string{theirs}, Updated: morning.Add(time.Hour),
			Consent: []customer.Consent{{Purpose: "marketing", State: customer.Granted, At: morning.Add(time.Hour)}}})
		check(err)
		req := dialRequest(7, 0, 0, "x")
		req.Number = n
		d, err := s.May(ctx, morning.Add(2*time.Hour), req, dialPolicy())
		check(err)
		why := ""
		for _, x := range d.Reasons {
			why += string(x.Code) + " "
		}
		if d.Allowed || !strings.Contains(why, "do_not_call") || !strings.Contains(why, "cool_complain") {
			t.Errorf("may we call them: %+v", d)
		}
		// One who was never heard of before is erased too: the word is kept.
		if out, err = s.Erase(ctx, morning, "+8613912345678", os.Remove); err != nil || out.Numbers != 1 {
			t.Errorf("a stranger: %+v, %v", out, err)
		}
	})
}
