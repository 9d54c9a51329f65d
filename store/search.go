package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/parley-voice/parley/customer"
)

// Customer reads one by id, or the one that a merged id leads to: ErrNoCustomer
// when there is none.
func (r *Reader) Customer(ctx context.Context, id string) (customer.Profile, error) {
	p, err := profile(ctx, r.db.q(), id)
	if err != nil {
		return p, fmt.Errorf("customers: %w", err)
	}
	return p, nil
}

// ByNumber reads the customer that a number (customer.Number.Text) belongs to.
func (r *Reader) ByNumber(ctx context.Context, number string) (customer.Profile, error) {
	var id string
	err := r.db.q().row(ctx, "SELECT customer FROM numbers WHERE number = ?", number).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNoCustomer
	}
	if err != nil {
		return customer.Profile{}, fmt.Errorf("customers: %w", err)
	}
	return r.Customer(ctx, id)
}

// Search chooses customers; zero fields choose all.
type Search struct {
	Name  string // part of it, in any case
	Tag   string
	After string // the last id of the page before
	Limit int    // 0: 50; at most 1000
}

// Customers gives a page, in order of id.
func (r *Reader) Customers(ctx context.Context, s Search) ([]customer.Profile, error) {
	if s.Limit <= 0 {
		s.Limit = 50
	}
	where, args := []string{"merged = ''", "id > ?"}, []any{s.After}
	if s.Name != "" {
		name := strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(strings.ToLower(s.Name))
		where, args = append(where, `folded LIKE ? ESCAPE '\'`), append(args, "%"+name+"%")
	}
	if s.Tag != "" {
		where, args = append(where, "id IN (SELECT customer FROM customer_tags WHERE tag = ?)"), append(args, s.Tag)
	}
	ids, err := r.db.q().texts(ctx, "SELECT id FROM customers WHERE "+strings.Join(where, " AND ")+" ORDER BY id LIMIT ?", append(args, min(s.Limit, 1000))...)
	if err != nil {
		return nil, fmt.Errorf("customers: %w", err)
	}
	page := make([]customer.Profile, 0, len(ids))
	for _, id := range ids {
		p, err := r.Customer(ctx, id)
		if err != nil {
			return nil, err
		}
		page = append(page, p)
	}
	return page, nil
}
