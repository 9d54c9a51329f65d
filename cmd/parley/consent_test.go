package main_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// One who has the public key and a head, and nothing else, sees that the ledger is
// whole; and after somebody changed a row, where.
func TestConsentLedger(t *testing.T) {
	dir, out := filepath.Join(t.TempDir(), "var"), t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		path := filepath.Join(out, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	parley := func(code int, want string, args ...string) string {
		t.Helper()
		got, stdout, stderr := run(t, nil, args...)
		if got != code || !strings.Contains(stdout+stderr, want) {
			t.Fatalf("parley %q: exit code %d, want %d and %q:\n%s%s", args, got, code, want, stdout, stderr)
		}
		return stdout
	}
	data := func(args ...string) []string { return append(args, "--data", dir) }
	list := write("never.csv", "number,kind\n13800138000,never\n13800138001,refusal\n12,never\n13800138002,perhaps\n")
	parley(1, "2 opt-outs kept, 2 rows bad", data("optout", "import", list)...)
	parley(1, "never.csv:4: \"12\" is no number", data("optout", "import", list)...)
	if got := parley(0, "+86138****8000", data("optout", "list")...); strings.Count(got, "\n") != 2 || strings.Contains(got, "13800138000") {
		t.Errorf("after the same file twice:\n%s", got)
	}
	parley(0, "+86138****8005: never, all; 0 reserved", data("optout", "add", "13800138005")...)
	parley(2, "no number of a person", data("optout", "add", "10086")...)
	parley(1, "do_not_call", data("optout", "check", "13800138005")...)
	head := write("pinned", parley(0, "parley.consent.", data("consent", "head")...))
	pub := filepath.Join(dir, "consent.pub")
	parley(0, "3 leaves, 0 of them erased, 2 heads", data("consent", "verify", "--since-head", head)...)
	if got := parley(0, "opt_out", data("consent", "events")...); strings.Contains(got, "13800138000") {
		t.Errorf("whole numbers:\n%s", got)
	}
	proof := write("proof.json", parley(0, "+8613800138005", data("consent", "proof", "3", "--reason", "complaint 7")...))
	parley(0, "proven: leaf 2 of the 3", "consent", "verify-proof", proof, "--key", pub)
	text, err := os.ReadFile(proof)
	if err != nil {
		t.Fatal(err)
	}
	forged := write("forged.json", strings.Replace(string(text), "+8613800138005", "+8613800138006", 1))
	parley(1, "proves nothing", "consent", "verify-proof", forged, "--key", pub)
	parley(2, "is no proof", "consent", "verify-proof", head, "--key", pub)
	parley(0, "13800138006"[:0], data("optout", "add", "13800138006")...)
	parley(0, "parley.consent.", data("consent", "head")...)
	growth := write("growth.json", parley(0, "path", data("consent", "growth", head)...))
	parley(0, "the 3 leaves of", "consent", "verify-proof", growth, "--key", pub)
	db, err := sql.Open("sqlite", filepath.Join(dir, "records.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "UPDATE permit_events SET detail = 'refusal' WHERE leaf = 2"); err != nil {
		t.Fatal(err)
	}
	parley(1, "leaf 2, row 3: the row is not what was written", data("consent", "verify")...)
	parley(1, `"from": 2`, data("consent", "verify", "--json")...)
	parley(2, "--key", data("consent", "verify", "--key", filepath.Join(out, "none"))...)
}
