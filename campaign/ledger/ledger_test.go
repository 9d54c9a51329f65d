package ledger

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func FuzzEventHasOneEncoding(f *testing.F) {
	f.Add(Event{At: time.Unix(1, 2), Kind: "consent", Number: "+8613800138000", Detail: "granted"}.Encode())
	f.Add(Event{At: time.Unix(0, 0)}.Encode())
	f.Add([]byte{1, 0, 0, 0, 0, 0, 0, 0, 0, 0x81, 0x00})
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := Decode(b)
		if err != nil {
			return
		}
		if again := e.Encode(); !bytes.Equal(again, b) {
			t.Errorf("%x is read as %+v, which is written as %x", b, e, again)
		}
	})
}

func FuzzEventComesBack(f *testing.F) {
	f.Add(int64(0), "consent", "a", "", "+86138", "granted")
	f.Add(int64(-1), "", "a\x00", "\xff", strings.Repeat("x", 200), "")
	f.Fuzz(func(t *testing.T, at int64, kind, ref, person, number, detail string) {
		e := Event{At: time.Unix(0, at).UTC(), Kind: kind, Ref: ref, Person: person, Number: number, Detail: detail}
		back, err := Decode(e.Encode())
		if err != nil || back != e {
			t.Errorf("%+v came back as %+v, %v", e, back, err)
		}
		moved := e
		moved.Kind, moved.Ref = kind+ref, ""
		if moved != e && bytes.Equal(moved.Encode(), e.Encode()) {
			t.Errorf("%+v and %+v have one encoding", e, moved)
		}
	})
}

// tree is a ledger in memory.
type tree struct {
	rows   []Row
	hashes []tlog.Hash
}

func (t *tree) read(want []int64) (out []tlog.Hash, err error) {
	for _, i := range want {
		out = append(out, t.hashes[i])
	}
	return out, nil
}

func (t *tree) add(e Event) {
	salt := make([]byte, SaltSize)
	_, _ = rand.Read(salt)
	n := int64(len(t.rows))
	hashes, err := tlog.StoredHashesForRecordHash(n, LeafHash(salt, e), tlog.HashReaderFunc(t.read))
	if err != nil {
		panic(err)
	}
	t.hashes = append(t.hashes, hashes...)
	t.rows = append(t.rows, Row{Leaf: n, Seq: n + 100, Event: e, Salt: salt, Hashes: hashes})
}

func grown(n int) *tree {
	t := &tree{}
	for i := range n {
		t.add(Event{At: time.Unix(int64(i), 0).UTC(), Kind: "consent", Number: fmt.Sprint("+86138", i)})
	}
	return t
}

func (t *tree) head(n int64) Head {
	root, err := tlog.TreeHash(n, tlog.HashReaderFunc(t.read))
	if err != nil {
		panic(err)
	}
	return Head{Size: n, Root: root, At: time.Unix(int64(n), 0).UTC()}
}

func audit(rows []Row, heads ...Head) Report {
	var held []Held
	for _, h := range heads {
		held = append(held, Held{h, fmt.Sprint("head ", h.Size)})
	}
	a := NewAudit(held)
	for _, r := range rows {
		a.Add(r)
	}
	return a.End()
}

func TestAnAuditFindsNothingInAWholeLedger(t *testing.T) {
	for n := range 40 {
		g := grown(n)
		var heads []Head
		for i := range n + 1 {
			heads = append(heads, g.head(int64(i)))
		}
		r := audit(g.rows, heads...)
		if len(r.Findings) > 0 || r.Leaves != int64(n) || r.Heads != n+1 || r.Root != g.head(int64(n)).Root {
			t.Fatalf("%d leaves: %+v", n, r)
		}
	}
}

// Each stored hash and each row, changed alone, is found where it is.
func TestEveryChangedHashAndRowIsFound(t *testing.T) {
	const n = 21
	for leaf := range int64(n) {
		g := grown(n)
		g.rows[leaf].Event.Number += "0"
		r := audit(g.rows, g.head(n))
		if len(r.Findings) != 1 || r.Findings[0].From != leaf || r.Findings[0].To != leaf || !strings.Contains(r.Findings[0].Text, "it was changed") {
			t.Errorf("row %d changed: %+v", leaf, r.Findings)
		}
		for i := range g.rows[leaf].Hashes {
			g := grown(n)
			h := append([]tlog.Hash{}, g.rows[leaf].Hashes...)
			h[i][0] ^= 1
			g.rows[leaf].Hashes = h
			r := audit(g.rows, g.head(n))
			if len(r.Findings) == 0 {
				t.Errorf("hash %d of leaf %d changed: nothing found", i, leaf)
				continue
			}
			f := r.Findings[0]
			if size := int64(1) << i; f.From > leaf || f.To < leaf-size+1 {
				t.Errorf("hash %d of leaf %d changed: %+v", i, leaf, r.Findings)
			}
			if i == 0 && leaf < n-1 && (f.From != leaf || f.To != leaf || !strings.Contains(f.Text, "hash was changed")) {
				t.Errorf("the hash of leaf %d changed: %+v", leaf, r.Findings)
			}
		}
	}
}

func TestWhatIsMadeUnreadableMustBeTold(t *testing.T) {
	g := grown(6)
	for _, i := range []int{1, 2, 4} {
		g.rows[i].Salt, g.rows[i].Event = nil, Event{At: g.rows[i].Event.At, Kind: "consent"}
	}
	g.add(Event{Kind: KindErased, Detail: Leaves([]int64{1, 2})})
	r := audit(g.rows, g.head(7))
	if len(r.Findings) != 1 || r.Findings[0].From != 4 || r.Erased != 3 || !strings.Contains(r.Findings[0].Text, "no event tells") {
		t.Errorf("%+v", r)
	}
	g.rows[1].Event.Number = "+86139"
	if r := audit(g.rows); len(r.Findings) != 2 || r.Findings[0].From != 1 {
		t.Errorf("a number in an erased row: %+v", r)
	}
	if got := Leaves([]int64{3, 17, 20, 21, 22}); got != "leaves 3 17 20-22" {
		t.Error(got)
	}
}

func keys(t *testing.T, name string) (note.Signer, note.Verifiers) {
	t.Helper()
	private, public, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	v, err := note.NewVerifier(public)
	if err != nil {
		t.Fatal(err)
	}
	return s, note.VerifierList(v)
}

func TestProofsStandAlone(t *testing.T) {
	by, known := keys(t, "parley")
	_, strangers := keys(t, "parley")
	g := grown(13)
	sign := func(n int64) string {
		text, err := g.head(n).Sign(by)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	path, err := tlog.ProveRecord(13, 5, tlog.HashReaderFunc(g.read))
	if err != nil {
		t.Fatal(err)
	}
	p := Proof{Event: g.rows[5].Event, Salt: g.rows[5].Salt, Leaf: 5, Path: path, Head: sign(13)}
	if h, err := p.Check(known); err != nil || h != g.head(13) {
		t.Errorf("%+v, %v", h, err)
	}
	for what, change := range map[string]func(*Proof){
		"another number": func(p *Proof) { p.Event.Number = "+1" }, "another leaf": func(p *Proof) { p.Leaf = 6 },
		"no leaf":      func(p *Proof) { p.Leaf = 13 },
		"a short salt": func(p *Proof) { p.Salt = p.Salt[1:] }, "another head": func(p *Proof) { p.Head = sign(12) },
		"a changed head": func(p *Proof) { p.Head = strings.Replace(p.Head, "13", "14", 1) },
		"a cut path":     func(p *Proof) { p.Path = p.Path[1:] },
	} {
		q := p
		change(&q)
		if _, err := q.Check(known); err == nil {
			t.Errorf("%s proves it too", what)
		}
	}
	if _, err := p.Check(strangers); err == nil {
		t.Error("a stranger's key proves it too")
	}
	grow, err := tlog.ProveTree(13, 6, tlog.HashReaderFunc(g.read))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := (Growth{sign(6), sign(13), grow}).Check(known); err != nil {
		t.Error(err)
	}
	if _, _, err := (Growth{sign(7), sign(13), grow}).Check(known); err == nil {
		t.Error("the path of 6 leaves proves growth from 7")
	}
	if _, _, err := (Growth{sign(13), sign(6), nil}).Check(known); err == nil || !strings.Contains(err.Error(), "gone") {
		t.Errorf("a shrunk ledger: %v", err)
	}
}

func BenchmarkAudit(b *testing.B) {
	g := grown(100_000)
	for b.Loop() {
		if r := audit(g.rows); len(r.Findings) > 0 {
			b.Fatal(r.Findings[0])
		}
	}
}
