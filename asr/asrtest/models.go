package asrtest

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/parley-voice/parley/asr/models"
)

// Main is TestMain of a package that needs the models: it brings those that are
// missing before the tests run.
func Main(m *testing.M) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	if err := models.Pull(ctx, models.Dir(), nil); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	cancel()
	os.Exit(m.Run())
}
