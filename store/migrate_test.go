package store

import (
	"fmt"
	"io/fs"
	"path"
	"testing"
)

// A step's place is its version: two of one number, or a gap, and a database that
// has one of them would pass over another.
func TestStepsAreNumberedWithoutGaps(t *testing.T) {
	for _, set := range []string{setRecords, setReviews, setAccess} {
		files, err := fs.Glob(migrations, set+"/*.sql")
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d steps, %v", set, len(files), err)
		}
		for i, f := range files {
			if want := fmt.Sprintf("%04d_", i+1); path.Base(f)[:5] != want {
				t.Errorf("%s: its number is not %s", f, want)
			}
		}
	}
}
