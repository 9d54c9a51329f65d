package store

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"strings"
)

const numbersSecret = "numbers"

// pseudonyms are what stands in the place of numbers whose person was erased: so we
// still know whom not to call when a list brings the number back, and can no longer
// say who it was. None while nobody was erased.
//
// The key is in the database, so that every process that dials has it: whoever holds
// the whole database can try all numbers of a country; one who has a table or an
// export cannot.
func (q queries) pseudonyms(ctx context.Context, numbers []any) (all []any, err error) {
	var key []byte
	err = q.row(ctx, "SELECT secret FROM secrets WHERE name = ?", numbersSecret).Scan(&key)
	if errors.Is(err, sql.ErrNoRows) || len(numbers) == 0 {
		return nil, nil
	}
	for _, n := range numbers {
		all = append(all, pseudonym(key, n.(string)))
	}
	return all, err
}

func pseudonym(key []byte, number string) string {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(number))
	return pseudonymMark + hex.EncodeToString(h.Sum(nil))
}

const pseudonymMark = "hmac:"

// IsPseudonym tells whether a number stands for that of one who was erased.
func IsPseudonym(number string) bool { return strings.HasPrefix(number, pseudonymMark) }

// secret makes the key when it is needed first.
func (q queries) secret(ctx context.Context) error {
	fresh := make([]byte, 32)
	_, _ = rand.Read(fresh) // never fails
	_, err := q.exec(ctx, insertOnce("secrets", "name, secret", 1), numbersSecret, fresh)
	return err
}
