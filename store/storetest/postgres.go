package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver pgx
)

// Server is a private PostgreSQL of one test binary, on a Unix socket in a folder
// of its own. Nobody else can reach it, and it dies with the binary.
type Server struct {
	dir  string
	args []string
	cmd  *exec.Cmd
	done chan struct{} // closed when the process has ended
}

var (
	once    sync.Once
	running *Server
	failed  error
	schemas atomic.Int64
)

// Postgres is the URL of an empty schema in the test binary's own PostgreSQL,
// which it starts. TestMain calls StopPostgres.
func Postgres(t testing.TB) string {
	t.Helper()
	once.Do(func() { running, failed = StartPostgres("-c", "fsync=off", "-c", "synchronous_commit=off") })
	if failed != nil {
		t.Fatal(failed)
	}
	return running.Schema(t)
}

// StopPostgres ends what Postgres began.
func StopPostgres() error {
	if running == nil {
		return nil
	}
	return running.Stop()
}

// StartPostgres begins a server with these options.
func StartPostgres(options ...string) (s *Server, err error) {
	bins, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // sorted, so the newest is last
	if len(bins) == 0 {
		return nil, errors.New("PostgreSQL is not installed: run tools/deps.sh test")
	}
	bin := bins[len(bins)-1]
	s = &Server{}
	if s.dir, err = os.MkdirTemp("/tmp", "parley-pg-"); err != nil { // a socket's path is at most 107 bytes
		return nil, err
	}
	attr, err := s.owner()
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(s.dir))
	}
	data := filepath.Join(s.dir, "data")
	// A locale that does not sort by bytes, as most have: nothing may depend on it.
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", "postgres", "--auth=trust", "--no-sync", "-E", "UTF8",
		"--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en")
	initdb.Dir, initdb.SysProcAttr = s.dir, attr
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, errors.Join(fmt.Errorf("initdb: %w: %s", err, out), os.RemoveAll(s.dir))
	}
	s.args = slices.Concat([]string{filepath.Join(bin, "postgres"), "-D", data, "-k", s.dir, "-c", "listen_addresses=", "-c", "max_connections=200"}, options)
	if err := s.Up(); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

// Up starts the server again after Down.
func (s *Server) Up() error {
	attr, err := s.owner()
	if err != nil {
		return err
	}
	s.cmd, s.done = exec.Command(s.args[0], s.args[1:]...), make(chan struct{})
	s.cmd.Dir, s.cmd.SysProcAttr = s.dir, attr
	log, err := os.Create(filepath.Join(s.dir, "log"))
	if err != nil {
		return err
	}
	defer log.Close()
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if err := s.run(); err != nil {
		return err
	}
	if err := s.ready(); err != nil {
		text, _ := os.ReadFile(log.Name())
		return fmt.Errorf("PostgreSQL did not start: %w: %s", err, text)
	}
	return nil
}

// Down ends the server as a crash would: connections are cut, nothing is tidied.
func (s *Server) Down() {
	_ = s.cmd.Process.Signal(syscall.SIGQUIT)
	<-s.done
}

// owner gives the folder to the user postgres when we are root, whom PostgreSQL
// does not run as.
func (s *Server) owner() (*syscall.SysProcAttr, error) {
	attr := &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT}
	if os.Getuid() != 0 {
		return attr, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attr, os.Chown(s.dir, uid, gid)
}

// run starts the process and waits for its end aside. The kernel ends it with the
// thread that started it, so that one stays.
func (s *Server) run() error {
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer close(s.done)
		err := s.cmd.Start()
		if started <- err; err == nil {
			_ = s.cmd.Wait() // it ends by a signal
		}
	}()
	return <-started
}

// URL is where the server is reached.
func (s *Server) URL() string {
	return "postgres://postgres@/postgres?host=" + url.QueryEscape(s.dir)
}

func (s *Server) ready() (err error) {
	db, err := sql.Open("pgx", s.URL())
	if err != nil {
		return err
	}
	defer db.Close()
	for range 300 {
		if err = db.PingContext(context.Background()); err == nil {
			return nil
		}
		select {
		case <-s.done:
			return errors.New("it ended at once")
		case <-time.After(50 * time.Millisecond):
		}
	}
	return err
}

// Schema is the URL of a new, empty schema.
func (s *Server) Schema(t testing.TB) string {
	t.Helper()
	db, err := sql.Open("pgx", s.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	name := fmt.Sprintf("t%d", schemas.Add(1))
	if _, err := db.ExecContext(context.Background(), "CREATE SCHEMA "+name); err != nil {
		t.Fatal(err)
	}
	return s.URL() + "&search_path=" + name
}

// Exec runs statements in the schema at where.
func Exec(t testing.TB, where, text string) {
	t.Helper()
	db, err := sql.Open("pgx", where)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), text); err != nil {
		t.Fatal(err)
	}
}

// Stop ends the server and removes its folder.
func (s *Server) Stop() error {
	if s.cmd == nil || s.cmd.Process == nil {
		return os.RemoveAll(s.dir)
	}
	_ = s.cmd.Process.Signal(syscall.SIGINT) // "fast": cuts connections
	select {
	case <-s.done:
	case <-time.After(20 * time.Second):
		_ = s.cmd.Process.Signal(syscall.SIGQUIT)
		<-s.done
	}
	return os.RemoveAll(s.dir)
}
