package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/parley-voice/parley/console/access"
	"github.com/parley-voice/parley/store"
)

// KeysCmd is parley keys.
type KeysCmd struct {
	List   KeysListCmd   `cmd:"" default:"withargs" help:"List the keys of the API: roles, states, when they were used last."`
	Add    KeysAddCmd    `cmd:"" help:"Make a key and print it, this once."`
	Revoke KeysRevokeCmd `cmd:"" help:"End a key for good; it takes effect at once."`
}

// Keyring says where the keys are.
type Keyring struct {
	Settings
	Data string `placeholder:"DIR" help:"Folder that holds access.db; that of the configuration when not given."`
}

// KeysListCmd is parley keys list.
type KeysListCmd struct {
	Keyring
	JSON bool `name:"json" help:"As JSON."`
}

// KeysAddCmd is parley keys add.
type KeysAddCmd struct {
	Keyring
	Role    string        `required:"" enum:"viewer,agent,supervisor,author,admin" help:"What it is for: viewer, agent, supervisor, author or admin."`
	Name    string        `required:"" help:"Whose it is, for the audit log."`
	Agent   string        `placeholder:"ID" help:"The agent whose key it is: what an agent does goes for this one."`
	Expires time.Duration `placeholder:"2160h" help:"End it after this time; without, it does not end."`
}

// KeysRevokeCmd is parley keys revoke.
type KeysRevokeCmd struct {
	Keyring
	ID string `arg:"" help:"The key's id, the part between the two underscores."`
}

func (k Keyring) open(ctx context.Context, m *Main) (*store.Access, error) {
	c, err := k.load(m)
	if err != nil {
		return nil, err
	}
	if k.Data != "" {
		c.KeepIn(k.Data)
	}
	return store.OpenAccess(ctx, c.AccessAt())
}

// deed is a line of the audit log by somebody at the command line.
func (m *Main) deed(action, target, after string) store.Deed {
	return store.Deed{At: m.Now(), Who: "command line", Action: action, Target: target, After: after, Source: "local"}
}

// Run makes a key.
func (c *KeysAddCmd) Run(ctx context.Context, m *Main) (err error) {
	switch {
	case len(c.Name) > 100 || len(c.Agent) > 100:
		return wrong{errors.New("a name may have 100 characters at most")}
	case c.Expires < 0:
		return wrong{errors.New("--expires must be more than 0, like 2160h for 90 days")}
	case c.Role == string(access.Agent) && c.Agent == "":
		return wrong{errors.New("a key of the role agent needs --agent ID: whom it logs in and pauses")}
	}
	a, err := c.open(ctx, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	id, text, hash := access.NewKey()
	k := store.Key{ID: id, Name: c.Name, Role: c.Role, Agent: c.Agent, Hash: hash, Made: m.Now()}
	if c.Expires > 0 {
		k.Expires = k.Made.Add(c.Expires)
	}
	if err := a.Write(ctx, m.deed("keys.add", id, fmt.Sprintf("%s, %s", c.Role, c.Name))); err != nil {
		return err
	}
	if err := a.AddKey(ctx, k); err != nil {
		return err
	}
	fmt.Fprintf(m.Stderr, "A key for %s, role %s. It is shown this once and kept nowhere:\n", c.Name, c.Role)
	fmt.Fprintln(m.Stdout, text)
	return nil
}

// Run ends a key.
func (c *KeysRevokeCmd) Run(ctx context.Context, m *Main) (err error) {
	a, err := c.open(ctx, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	k, err := a.Key(ctx, c.ID)
	if errors.Is(err, store.ErrNoKey) {
		return wrong{fmt.Errorf("%w; parley keys list shows them", err)}
	}
	if err != nil {
		return err
	}
	if err := a.Write(ctx, m.deed("keys.revoke", k.ID, fmt.Sprintf("%s, %s", k.Role, k.Name))); err != nil {
		return err
	}
	return a.RevokeKey(ctx, k.ID, m.Now())
}

// Run lists.
func (c *KeysListCmd) Run(ctx context.Context, m *Main) (err error) {
	a, err := c.open(ctx, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	all, err := a.Keys(ctx)
	if err != nil {
		return err
	}
	type row struct {
		ID      string    `json:"id"`
		Name    string    `json:"name"`
		Role    string    `json:"role"`
		Agent   string    `json:"agent,omitempty"`
		State   string    `json:"state"`
		Made    time.Time `json:"made"`
		Expires time.Time `json:"expires,omitzero"`
		Used    time.Time `json:"used,omitzero"`
	}
	rows := []row{}
	for _, k := range all {
		state := access.Key{Expires: k.Expires, Revoked: k.Revoked}.State(m.Now())
		rows = append(rows, row{k.ID, k.Name, k.Role, k.Agent, state, k.Made, k.Expires, k.Used})
	}
	if c.JSON {
		return writeJSON(m, rows)
	}
	if len(rows) == 0 {
		fmt.Fprintln(m.Stdout, "There are no keys: the API shows masked figures to this machine only. parley keys add makes one.")
		return nil
	}
	fmt.Fprintf(m.Stdout, "%-14s %-11s %-8s %-17s %-17s %s\n", "id", "role", "state", "used last", "expires", "name")
	for _, r := range rows {
		fmt.Fprintf(m.Stdout, "%-14s %-11s %-8s %-17s %-17s %s\n", r.ID, r.Role, r.State, day(r.Used), day(r.Expires), r.Name)
	}
	return nil
}

// day is a time for a column, "never" for none.
func day(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.Local().Format("2006-01-02 15:04")
}
