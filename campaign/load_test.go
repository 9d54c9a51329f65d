package campaign

import (
	"os"
	"path/filepath"
	"testing"
)

func sample(t *testing.T, name string) *Campaign {
	t.Helper()
	file := filepath.Join("..", "campaigns", name)
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c, err := Load(f, name)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTheSamplesLoad(t *testing.T) {
	files, err := filepath.Glob("../campaigns/*.yaml")
	if err != nil || len(files) < 2 {
		t.Fatalf("%d samples, %v", len(files), err)
	}
	for _, f := range files {
		sample(t, filepath.Base(f))
	}
}
