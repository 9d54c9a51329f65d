package script

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/cmd/parley/library"
	"github.com/parley-voice/parley/dialog/review"
	"github.com/parley-voice/parley/store"
)

// changed tells why a file is not what was approved, "" when it is or when no
// version of it was ever approved.
func changed(ctx context.Context, cfg *config.Config, file string) (why string, err error) {
	if !library.IsFile(file) {
		return "", nil
	}
	b, s, err := library.Pack(file)
	if err != nil {
		return "", nil // check tells what is wrong with it
	}
	r, err := store.ReadReviews(ctx, cfg.ReviewsAt())
	if r == nil {
		return "", err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	past, err := r.History(ctx, nameIn(cfg.Scripts, file))
	if err != nil {
		return "", err
	}
	approved := func(hash string) bool {
		return slices.Contains([]review.State{review.Approved, review.Published, review.Retired}, review.StateOf(past, hash))
	}
	if approved(b.Hash) {
		return "", nil
	}
	for _, e := range slices.Backward(past) {
		if approved(e.Hash) {
			return fmt.Sprintf("version %d as it is here (%s) was not reviewed; %s was", s.Version, review.Short(b.Hash), review.Short(e.Hash)), nil
		}
	}
	return "", nil
}
