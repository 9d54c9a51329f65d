package server

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/customer/feed"
	"github.com/parley-voice/parley/feeds"
	"github.com/parley-voice/parley/store"
	"github.com/parley-voice/parley/store/storetest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if err := storetest.StopPostgres(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// Of each person a source tells six things; the people of two neighbouring sources
// overlap by half, and two of each source are one person under two ids.
const (
	sources   = 20
	perSource = 40
	perPerson = 6
)

// shapes are how the sources write the same things.
var shapes = []struct {
	way, fields string
	names       [7]string // customer, number, name, id, kind, at, amount
	number      func(string) string
	at          func(time.Time) string
	amount      func(int) string
}{
	{"csv", "{customer: 会员编号, number: 手机号, name: 姓名, id: 流水号, kind: 类型, at: 时间, amount: 金额}",
		[7]string{"会员编号", "手机号", "姓名", "流水号", "类型", "时间", "金额"},
		func(n string) string { return n[:3] + "-" + n[3:7] + "-" + n[7:] },
		func(t time.Time) string { return t.Format("2006/1/2 15:04:05") }, func(yuan int) string { return fmt.Sprintf("￥%d.00", yuan) }},
	{"http", "{customer: buyer.id, number: buyer.phone, name: buyer.name, id: no, kind: what, at: when, amount: total}",
		[7]string{"buyer.id", "buyer.phone", "buyer.name", "no", "what", "when", "total"},
		func(n string) string { return "+86 " + n }, func(t time.Time) string { return fmt.Sprint(t.UnixMilli()) }, func(yuan int) string { return fmt.Sprintf("%d,%03d.00", yuan/1000, yuan%1000) }},
	{"sql", "{customer: member, number: mobile, name: fullname, id: id, kind: type, at: created, amount: paid}",
		[7]string{"member", "mobile", "fullname", "id", "type", "created", "paid"},
		func(n string) string { return "0086" + n }, func(t time.Time) string { return t.Format(time.RFC3339) }, func(yuan int) string { return fmt.Sprint(yuan) }},
	{"kafka", "{customer: uid, number: tel, name: nick, id: eid, kind: ev, at: ts, amount: amt}",
		[7]string{"uid", "tel", "nick", "eid", "ev", "ts", "amt"},
		func(n string) string { return "tel:+86" + n }, func(t time.Time) string { return fmt.Sprint(t.Unix()) }, func(yuan int) string { return fmt.Sprintf("%d元", yuan) }},
}

// rows are what a source tells, by its own names.
func rows(source int) (out []map[string]string) {
	s := shapes[source%len(shapes)]
	for i := range perSource {
		who := source*perSource/2 + i%(perSource-1) // the last is the first again, with another id
		for k := range perPerson {
			n, at := source*10_000+i*perPerson+k, time.Date(2026, 3, 1+k, 9, i, 0, 0, time.UTC)
			row := map[string]string{
				s.names[0]: fmt.Sprintf("s%d-%d", source, i), s.names[1]: s.number(fmt.Sprintf("138%08d", who)), s.names[2]: fmt.Sprintf("Person %d", who),
				s.names[3]: fmt.Sprint(n), s.names[4]: []string{"PAID", "browse", "cart"}[k%3], s.names[5]: s.at(at), s.names[6]: "", "monthly income": "9000",
			}
			if k%3 == 0 {
				row[s.names[6]] = s.amount(1000 + i)
			}
			if k == 1 {
				row[s.names[1]] = "" // known by the id alone
			}
			out = append(out, row)
		}
	}
	return append(out, map[string]string{s.names[0]: "bad", s.names[1]: "95588", s.names[3]: "x", s.names[4]: "browse", s.names[5]: s.at(time.Now())})
}

func asJSON(t *testing.T, rows []map[string]string) []byte {
	t.Helper()
	all := make([]map[string]any, len(rows))
	for i, row := range rows {
		all[i] = map[string]any{}
		for name, v := range row {
			object, key := all[i], name
			if head, rest, ok := strings.Cut(name, "."); ok {
				if object[head] == nil {
					object[head] = map[string]any{}
				}
				object, key = object[head].(map[string]any), rest
			}
			object[key] = v
		}
	}
	text, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func asCSV(rows []map[string]string) string {
	var names []string
	for name := range rows[0] {
		names = append(names, name)
	}
	slices.Sort(names)
	text := strings.Join(names, ",") + "\n"
	for _, row := range rows {
		var cells []string
		for _, n := range names {
			cells = append(cells, row[n])
		}
		text += strings.Join(cells, ",") + "\n"
	}
	return text
}

// told feeds all sources to the store, in the way of each.
type told struct {
	t      *testing.T
	st     *store.Store
	cfg    *config.Config
	dir    string
	broker string
}

func (w *told) feed(source int) *feeds.Feed {
	return &feeds.Feed{Mapping: w.cfg.Mapping(name(source)), Keep: w.st, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
}

func name(source int) string { return fmt.Sprintf("source%02d", source) }

func (w *told) tell(source int) error {
	f, all := w.feed(source), rows(source)
	switch shapes[source%len(shapes)].way {
	case "csv":
		return f.Mapping.CSV(strings.NewReader(asCSV(all)), time.Now(), func(b feed.Batch) error {
			_, err := w.st.Take(w.t.Context(), time.Now(), b)
			return err
		})
	case "http":
		_, err := insight{w.st, w.cfg}.Take(w.t.Context(), name(source), asJSON(w.t, all))
		return err
	case "sql":
		return w.ask(source, f, all)
	}
	return w.publish(source, f, all)
}

// ask makes a database of the source's and reads it in three pages.
func (w *told) ask(source int, f *feeds.Feed, all []map[string]string) error {
	path := filepath.Join(w.dir, name(source)+".db")
	if _, err := os.Stat(path); err != nil {
		db, err := sql.Open("sqlite", path)
		if err != nil {
			return err
		}
		defer db.Close()
		s := shapes[source%len(shapes)]
		if _, err := db.Exec("CREATE TABLE t (seq INTEGER PRIMARY KEY, " + strings.Join(s.names[:], ", ") + `, "monthly income")`); err != nil {
			return err
		}
		for _, row := range all {
			args := []any{}
			for _, n := range append(s.names[:], "monthly income") {
				args = append(args, row[n])
			}
			if _, err := db.Exec("INSERT INTO t VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)", args...); err != nil {
				return err
			}
		}
	}
	src, err := store.OpenSource(w.t.Context(), path)
	if err != nil {
		return err
	}
	defer src.Close()
	q := feeds.Query{Text: "SELECT * FROM t WHERE seq >= CAST(:cursor AS INTEGER) ORDER BY seq LIMIT 100", Cursor: "seq", From: "0"}
	for range 3 {
		if err := f.PollOnce(w.t.Context(), q, src); err != nil {
			return err
		}
	}
	return nil
}

// publish writes messages and reads them until all have been taken.
func (w *told) publish(source int, f *feeds.Feed, all []map[string]string) error {
	c, err := kgo.NewClient(kgo.SeedBrokers(w.broker), kgo.DefaultProduceTopic(name(source)))
	if err != nil {
		return err
	}
	defer c.Close()
	before := w.rows(source)
	messages := []*kgo.Record{{Value: []byte("{no JSON")}}
	for _, row := range all {
		messages = append(messages, &kgo.Record{Value: asJSON(w.t, []map[string]string{row})})
	}
	if err := c.ProduceSync(w.t.Context(), messages...).FirstErr(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	done := make(chan struct{})
	go func() {
		f.Consume(ctx, feeds.Topic{Brokers: []string{w.broker}, Name: name(source), Group: "parley"})
		close(done)
	}()
	defer func() { cancel(); <-done }()
	for w.rows(source) < before+len(messages) {
		if ctx.Err() != nil {
			return fmt.Errorf("%s: %d rows were taken of %d", name(source), w.rows(source)-before, len(messages))
		}
		time.Sleep(20 * time.Millisecond)
	}
	return nil
}

func (w *told) rows(source int) int {
	all, err := w.st.Feeds(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	for _, f := range all {
		if f.Source == name(source) {
			return f.Rows
		}
	}
	return 0
}

// count gives customers and events.
func count(t *testing.T, driver, where string) (people, events, due int) {
	t.Helper()
	db, err := sql.Open(driver, where)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for query, to := range map[string]*int{
		"SELECT COUNT(*) FROM customers WHERE merged = ''": &people, "SELECT COUNT(*) FROM events": &events,
		"SELECT COUNT(*) FROM numbers": &due,
	} {
		if err := db.QueryRow(query).Scan(to); err != nil {
			t.Fatal(err)
		}
	}
	return people, events, due
}

// Twenty sources of four kinds, each with names and number formats of its own, tell
// of people whom several know. Each person is one customer and each event is there
// once, also after everything was told again.
func TestTwentySourcesToldTwice(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { toldTwice(t, "sqlite", filepath.Join(t.TempDir(), "records.db")) })
	t.Run("postgres", func(t *testing.T) { toldTwice(t, "pgx", storetest.Postgres(t)) })
}

func toldTwice(t *testing.T, driver, where string) {
	text, topics := "sources:\n", []string{}
	for i := range sources {
		text += fmt.Sprintf("  %s: {kinds: {PAID: order}, fields: %s}\n", name(i), shapes[i%len(shapes)].fields)
		topics = append(topics, name(i))
	}
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(3, topics...))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	w := &told{t, storetest.Open(t, where), load(t, text), t.TempDir(), cluster.ListenAddrs()[0]}
	defer w.st.Close()
	people := map[int]bool{}
	for i := range sources {
		for k := range perSource - 1 {
			people[i*perSource/2+k] = true
		}
	}
	for round := range 2 {
		for i := range sources {
			if err := w.tell(i); err != nil {
				t.Fatal(err)
			}
		}
		gotPeople, gotEvents, gotNumbers := count(t, driver, where)
		if gotPeople != len(people) || gotNumbers != len(people) || gotEvents != sources*perSource*perPerson {
			t.Errorf("round %d: %d customers with %d numbers, %d events; want %d and %d", round, gotPeople, gotNumbers, gotEvents, len(people), sources*perSource*perPerson)
		}
	}
	all, err := w.st.Feeds(t.Context())
	if err != nil || len(all) != sources {
		t.Fatalf("%d sources, %v", len(all), err)
	}
	for _, f := range all {
		if f.New != perSource*perPerson || f.Bad == 0 || f.Refused < perSource*perPerson {
			t.Errorf("%+v", f)
		}
	}
	bad, err := w.st.DeadLetters(t.Context(), name(3), 100)
	if err != nil || len(bad) < 2 || !strings.Contains(fmt.Sprint(bad), "no JSON") {
		t.Errorf("%+v, %v", bad, err)
	}
	if strings.Contains(fmt.Sprint(bad), "9000") || bytes.Contains([]byte(fmt.Sprint(bad)), []byte("13800")) {
		t.Errorf("what bad rows hold is kept: %+v", bad)
	}
}
