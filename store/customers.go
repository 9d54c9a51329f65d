package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/parley-voice/parley/customer"
)

// Errors of customers.
var (
	ErrNoCustomer = errors.New("no such customer")
	ErrTaken      = errors.New("the number belongs to another customer")
	ErrNobody     = errors.New("a customer needs an id or a number")
)

// Upsert keeps profiles, all in one transaction, and tells of each what became of
// it. A profile is found by its id, else by its numbers; it is laid over what is
// known (see customer.Profile.Apply) when its Updated is later, and only then; one
// that tells later what is known already makes that as fresh.
// Who a number belongs to never changes here: see Merge.
func (e *Editor) Upsert(ctx context.Context, profiles ...customer.Profile) ([]customer.Upserted, error) {
	out := make([]customer.Upserted, len(profiles))
	err := e.changes.change(ctx, func(q queries) error {
		if err := q.alone(ctx, "customers"); err != nil {
			return err
		}
		for i, p := range profiles {
			var err error
			if out[i], err = upsert(ctx, q, p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("customers: %w", err)
	}
	return out, nil
}

func upsert(ctx context.Context, q queries, told customer.Profile) (customer.Upserted, error) {
	told = customer.Profile{}.Apply(told) // sorted
	id, clash, err := owner(ctx, q, told)
	if err != nil || clash != nil {
		return customer.Upserted{ID: id, Err: clash}, err
	}
	old, err := profile(ctx, q, id)
	known := err == nil
	if err != nil && !errors.Is(err, ErrNoCustomer) {
		return customer.Upserted{}, err
	}
	told.ID = id
	if known {
		told.ID = old.ID // a merged id leads to another
	}
	next := old.Apply(told)
	switch {
	case !known:
		return customer.Upserted{ID: told.ID, Change: customer.Created}, keep(ctx, q, old, next)
	case same(old, next):
		return customer.Upserted{ID: told.ID, Change: customer.Same}, renew(ctx, q, old, next)
	case !told.Updated.After(old.Updated):
		return customer.Upserted{ID: told.ID, Change: customer.Older}, nil
	}
	return customer.Upserted{ID: told.ID, Change: customer.Updated}, keep(ctx, q, old, next)
}

// renew notes that a source told later what is known already: the profile is as
// fresh as that. No label waits for it.
func renew(ctx context.Context, q queries, old, next customer.Profile) error {
	if !next.Updated.After(old.Updated) {
		return nil
	}
	next.Numbers = nil
	_, err := q.exec(ctx, "UPDATE customers SET doc = ?, updated = ? WHERE id = ?", encode(next), next.Updated.UnixNano(), next.ID)
	return err
}

// owner finds whom a profile is about, or makes an id up; clash tells that its
// numbers are somebody else's.
func owner(ctx context.Context, q queries, p customer.Profile) (id string, clash, err error) {
	if id = p.ID; id != "" {
		if known, err := profile(ctx, q, id); err == nil {
			id = known.ID
		} else if !errors.Is(err, ErrNoCustomer) {
			return "", nil, err
		}
	}
	for _, n := range p.Numbers {
		var has string
		err := q.row(ctx, "SELECT customer FROM numbers WHERE number = ?", n).Scan(&has)
		switch {
		case errors.Is(err, sql.ErrNoRows):
		case err != nil:
			return "", nil, err
		case id == "":
			id = has
		case id != has:
			return id, fmt.Errorf("%w: %s is %s's", ErrTaken, customer.Parse(n, "").Masked(), has), nil
		}
	}
	switch {
	case id == "" && len(p.Numbers) == 0:
		return "", ErrNobody, nil
	case id == "":
		id = uuid.NewString()
	}
	return id, nil, nil
}

// same tells whether two profiles say the same, whoever said it when.
func same(a, b customer.Profile) bool {
	a.Updated, b.Updated, a.Source, b.Source = time.Time{}, time.Time{}, "", ""
	return encode(a) == encode(b)
}

func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil { // no type of ours fails
		panic(err)
	}
	return string(b)
}

// save writes a profile, with its numbers and tags.
func save(ctx context.Context, q queries, p customer.Profile) error {
	numbers := p.Numbers
	p.Numbers = nil
	if _, err := q.exec(ctx, insert("customers", "id, folded, doc, updated, merged", 1),
		p.ID, strings.ToLower(p.Name), encode(p), p.Updated.UnixNano(), ""); err != nil {
		return err
	}
	if err := dirty(ctx, q, p.ID, p.Updated); err != nil {
		return err
	}
	for _, n := range numbers {
		if _, err := q.exec(ctx, insert("numbers", "number, customer", 1), n, p.ID); err != nil {
			return err
		}
	}
	if _, err := q.exec(ctx, "DELETE FROM customer_tags WHERE customer = ?", p.ID); err != nil {
		return err
	}
	for _, tag := range p.Tags {
		if _, err := q.exec(ctx, "INSERT INTO customer_tags (tag, customer) VALUES (?, ?)", tag, p.ID); err != nil {
			return err
		}
	}
	return nil
}

// profile reads one by id, or the one that a merged id leads to.
func profile(ctx context.Context, q queries, id string) (p customer.Profile, err error) {
	if id == "" {
		return p, ErrNoCustomer
	}
	var doc, merged string
	err = q.row(ctx, "SELECT doc, merged FROM customers WHERE id = ?", id).Scan(&doc, &merged)
	if err == nil && merged != "" { // Merge keeps it to one step
		err = q.row(ctx, "SELECT doc FROM customers WHERE id = ?", merged).Scan(&doc)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return p, fmt.Errorf("%w: %s", ErrNoCustomer, id)
	}
	if err == nil {
		err = json.Unmarshal([]byte(doc), &p)
	}
	if err != nil {
		return p, err
	}
	p.Numbers, err = q.texts(ctx, "SELECT number FROM numbers WHERE customer = ? ORDER BY number", p.ID)
	return p, err
}
