package library

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/dialog/review"
	"github.com/parley-voice/parley/scripts"
	"github.com/parley-voice/parley/store"
)

const small = "script: mine\nversion: 7\nlanguage: en\nnodes:\n  hello: {stage: opening, say: Hello., end: done}\n"

func numbers(t *testing.T, text string) *config.Config {
	t.Helper()
	c, err := config.Load(strings.NewReader(text), "parley.yaml", func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, src Source, c *config.Config) *Library {
	t.Helper()
	l, err := Open(t.Context(), src, c)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func version(t *testing.T, l *Library, name string) int {
	t.Helper()
	s, ok := l.Named(name)
	if !ok {
		return 0
	}
	return s.Version
}

func TestTheHousesWordsAreTold(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "mine.yaml"), small)
	l := open(t, Source{Shipped: fstest.MapFS{"other.yaml": {Data: []byte(strings.Replace(small, "Hello", "Bye", 1))}}, Folder: dir, Drafts: true, Words: []string{"hello"}}, nil)
	if got := l.Shelf().Forbidden(); len(got) != 1 || len(got["mine"]) != 1 || !strings.HasSuffix(got["mine"][0], `mine.yaml:5:27: "hello"`) {
		t.Errorf("%q", got)
	}
}

// Every script that ships loads, and can be reached by its name.
func TestShippedScripts(t *testing.T) {
	l := open(t, Source{Shipped: scripts.FS, Record: true},
		numbers(t, `numbers: {4001: member-callback.en, 4002: member-callback.en, "*": line-test/echo}`))
	for _, name := range []string{"member-callback.en", "member-callback.zh", "line-test/echo"} {
		s, ok := l.Named(name)
		if !ok || s.ID != name || !s.Record || s.Draft || len(s.Hash) != 64 {
			t.Errorf("%s: %v %+v", name, ok, s)
		}
	}
	if s, ok := l.ForNumber("4001"); !ok || s.ID != "member-callback.en" || !s.Listens {
		t.Errorf("4001: %+v", s)
	}
	if s, ok := l.ForNumber("12345"); !ok || s.ID != "line-test/echo" {
		t.Errorf("*: %+v", s)
	}
	shelf := l.Shelf()
	if got := shelf.Reached(); !slices.Equal(got, []string{"line-test/echo", "member-callback.en"}) {
		t.Errorf("reached: %v", got)
	}
	if len(shelf.Fixed("member-callback.en")) < 10 {
		t.Error("hardly anything can be rendered ahead")
	}
	if got := shelf.Listening([]string{"line-test/play", "member-callback.en", "none"}); !slices.Equal(got, []string{"member-callback.en"}) {
		t.Errorf("listening: %v", got)
	}
	if got := shelf.Languages(shelf.Names()); len(got) < 2 || !slices.IsSorted(got) {
		t.Errorf("languages: %v", got)
	}
}

// P3: where the market asks for the notice, the recording waits for it. What a
// script includes is no script of its own.
func TestTheNoticeComesBeforeTheRecording(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "told.yaml"), "script: told\nmarket: retail.uk\ninclude: shared/bye.part.yaml\nnodes:\n  hello: {stage: opening, say: [{notice: recording}, Hello.], go: bye}\n")
	write(t, filepath.Join(dir, "shared", "bye.part.yaml"), "nodes: {bye: {stage: close, say: Bye., end: true}}\n")
	write(t, filepath.Join(dir, "free.yaml"), "script: free\nmarket: retail\nnodes:\n  hello: {stage: opening, say: Hello., end: true}\n")
	l := open(t, Source{Shipped: scripts.FS, Folder: dir, Drafts: true, Record: true}, nil)
	told, _ := l.Named("told")
	free, _ := l.Named("free")
	if told == nil || told.Record || free == nil || !free.Record {
		t.Errorf("%+v, %+v", told, free)
	}
	if _, ok := l.Named("shared/bye.part"); ok {
		t.Error("a part is taken for a script")
	}
}

func TestDraftsTakeThePlaceOfShippedOnesOnlyWhenLetIn(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "member-callback.en.yaml"), small)
	write(t, filepath.Join(dir, "team", "mine.yaml"), small)
	write(t, filepath.Join(dir, "mine.test.yaml"), "not: a script")
	write(t, filepath.Join(dir, ".git", "x.yaml"), "not: a script")
	write(t, filepath.Join(dir, "parley.yaml"), "scripts: .\ndrafts: true\n") // the configuration may lie among them
	l := open(t, Source{Shipped: scripts.FS, Folder: dir, Drafts: true}, nil)
	if s, _ := l.Named("member-callback.en"); s == nil || s.Version != 7 || !s.Draft {
		t.Errorf("%+v", s)
	}
	if _, ok := l.Named("team/mine"); !ok {
		t.Errorf("known: %v", l.Shelf().Names())
	}
	if err := l.Add(t.Context(), filepath.Join(dir, "team", "mine.yaml")); err != nil {
		t.Fatal(err)
	}
	if s, ok := l.Named("mine"); !ok || !s.Draft {
		t.Errorf("a file that nobody reviewed: %+v", s)
	}
	closed := open(t, Source{Shipped: scripts.FS, Folder: dir}, nil)
	if s, _ := closed.Named("member-callback.en"); s == nil || s.Draft || s.Version == 7 {
		t.Errorf("a draft is used unasked: %+v", s)
	}
	_, err := Open(t.Context(), Source{Shipped: scripts.FS, Folder: dir}, numbers(t, "numbers:\n  4001: team/mine\n"))
	if err == nil || !strings.Contains(err.Error(), `no version of the script "team/mine" is published`) || !strings.Contains(err.Error(), "drafts: true") {
		t.Errorf("got %v", err)
	}
}

func TestWrongScriptsAndNumbersAreAllTold(t *testing.T) {
	shipped := fstest.MapFS{
		"a.yaml": {Data: []byte("script: a\nnodez: {}\n")},
		"b.yaml": {Data: []byte("script: b\nlanguage: [\n")},
	}
	_, err := Open(t.Context(), Source{Shipped: shipped, Folder: filepath.Join(t.TempDir(), "none"), Drafts: true}, nil)
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"a.yaml:2:1", "b.yaml:", "is not there: make it"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in\n%v", want, err)
		}
	}
	_, err = Open(t.Context(), Source{Shipped: scripts.FS}, numbers(t, "numbers:\n  4001: member-calback.en\n  4002: zzz\n"))
	want := `parley.yaml:2:9: numbers.4001: no script is named "member-calback.en"; did you mean "member-callback.en"?`
	if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "parley.yaml:3:9") {
		t.Errorf("got %v", err)
	}
}

func TestSavedDraftsAreTakenAndBadOnesRefused(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "mine.yaml")
	write(t, file, small)
	l := open(t, Source{Shipped: fstest.MapFS{}, Folder: dir, Drafts: true}, numbers(t, "numbers: {1: mine}"))
	before, _ := l.Named("mine")
	if _, ok := l.Refresh(t.Context(), nil); ok {
		t.Error("nothing changed, and it was reloaded")
	}
	write(t, file, strings.Replace(small, "version: 7", "version: 18", 1))
	var prepared []string
	c, ok := l.Refresh(t.Context(), func(_ context.Context, s *Shelf, names []string) {
		prepared = names
		if version(t, l, "mine") != 7 {
			t.Error("it is used before it is prepared")
		}
	})
	if !ok || !slices.Equal(c.New, []string{"mine"}) || !slices.Equal(prepared, c.New) || version(t, l, "mine") != 18 {
		t.Fatalf("%+v, %v, version %d", c, ok, version(t, l, "mine"))
	}
	if before.Version != 7 {
		t.Error("a live call's script changed under it")
	}
	write(t, file, "script: mine\nnodez: {}\n")
	if c, ok = l.Refresh(t.Context(), nil); !ok || c.Problems == nil || version(t, l, "mine") != 18 {
		t.Errorf("%+v, %v, version %d", c, ok, version(t, l, "mine"))
	}
	if _, ok = l.Refresh(t.Context(), nil); ok {
		t.Error("a bad file is told of twice")
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if c, ok = l.Refresh(t.Context(), nil); !ok || c.Problems == nil || version(t, l, "mine") != 18 {
		t.Errorf("a script that a number needs is gone: %+v, version %d", c, version(t, l, "mine"))
	}
}

// reviewed is a review that goes from an author to a colleague.
type reviewed struct {
	*store.Reviews
	t *testing.T
}

func (r reviewed) act(act review.Act, who, hash string) {
	r.t.Helper()
	if err := r.Record(r.t.Context(), review.Event{Script: "mine", Hash: hash, Act: act, Who: who, At: time.Unix(0, 0)}); err != nil {
		r.t.Fatal(err)
	}
}

func (r reviewed) publish(text string) (hash string) {
	r.t.Helper()
	file := filepath.Join(r.t.TempDir(), "mine.yaml")
	write(r.t, file, text)
	b, _, err := Pack(file)
	if err == nil {
		err = r.Submit(r.t.Context(), b, review.Event{Script: "mine", Who: "li"})
	}
	if err != nil {
		r.t.Fatal(err)
	}
	r.act(review.Approve, "wang", b.Hash)
	r.act(review.Publish, "li", b.Hash)
	return b.Hash
}

func TestPublishedVersionsComeIntoUseAndGoBack(t *testing.T) {
	db, err := store.OpenReviews(t.Context(), filepath.Join(t.TempDir(), "reviews.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	r := reviewed{db, t}
	first := r.publish(small)
	dir := t.TempDir()
	write(t, filepath.Join(dir, "mine.yaml"), small)
	l := open(t, Source{Shipped: fstest.MapFS{}, Versions: db, Folder: dir}, numbers(t, "numbers: {1: mine}"))
	if s, ok := l.ForNumber("1"); !ok || s.Draft || s.Hash != first {
		t.Fatalf("%+v", s)
	}
	ctx, cancel := context.WithCancel(t.Context())
	changes, done := make(chan Change, 8), make(chan struct{})
	go func() {
		defer close(done)
		l.Watch(ctx, nil, func(c Change) { changes <- c })
	}()
	wait := func() Change {
		t.Helper()
		select {
		case c := <-changes:
			return c
		case <-time.After(10 * time.Second):
			t.Fatal("the change was not noticed")
		}
		return Change{}
	}
	second := r.publish(strings.Replace(small, "version: 7", "version: 8", 1))
	for version(t, l, "mine") != 8 { // each act of the review is a change
		wait()
	}
	r.act(review.Rollback, "wang", first)
	for version(t, l, "mine") != 7 {
		wait()
	}
	cancel()
	<-done
	if err := l.Add(t.Context(), filepath.Join(dir, "mine.yaml")); err != nil {
		t.Fatal(err)
	}
	if s, _ := l.Named("mine"); s.Draft || s.Hash != first || first == second {
		t.Errorf("a file that is what was published counts as a draft: %+v", s)
	}
}

// A version whose files were changed in the database is not used.
func TestTamperedVersionsAreRefused(t *testing.T) {
	b, err := review.Pack(fstest.MapFS{"mine.yaml": {Data: []byte(small)}}, "mine.yaml", nil)
	if err != nil {
		t.Fatal(err)
	}
	b.Hash = strings.Repeat("0", 64)
	_, err = Open(t.Context(), Source{Shipped: fstest.MapFS{}, Versions: one{b}}, nil)
	if err == nil || !strings.Contains(err.Error(), "not what was approved") {
		t.Errorf("got %v", err)
	}
}

type one struct{ b review.Bundle }

func (o one) Published(context.Context) (map[string]string, int64, error) {
	return map[string]string{"mine": o.b.Hash}, 1, nil
}
func (o one) Seq(context.Context) (int64, error) { return 1, nil }
func (o one) Version(_ context.Context, script, hash string) (review.Bundle, error) {
	if script != "mine" || hash != o.b.Hash {
		return review.Bundle{}, errors.New("another version was asked for")
	}
	return o.b, nil
}
