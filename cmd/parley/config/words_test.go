package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadWords(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"\ufeff# ours\n\n 最佳 \nrisk free\r\n", "[最佳 risk free]"},
		{"good\n!!!\n", `words.txt:2:1: "!!!" has no word in it`},
		{strings.Repeat("a\n", maxWords+1), "words.txt:5001:1: more than 5000 words"},
		{strings.Repeat("a", 1<<17), "token too long"},
	} {
		file := filepath.Join(t.TempDir(), "words.txt")
		if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		list, err := ReadWords(file)
		got := fmt.Sprint(list)
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, c.want) {
			t.Errorf("%.40q gives %s, want %s", c.text, got, c.want)
		}
	}
	if list, err := ReadWords(""); list != nil || err != nil {
		t.Errorf("no file: %q, %v", list, err)
	}
	if _, err := ReadWords("nowhere.txt"); err == nil {
		t.Error("a file that is not there is read")
	}
}

// The list lies beside the configuration.
func TestWordsAreRelativeToTheFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "parley.yaml")
	if err := os.WriteFile(file, []byte("words: house.txt\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := LoadFile(file, testEnv)
	if err != nil || c.Words != filepath.Join(dir, "house.txt") {
		t.Errorf("%+v, %v", c, err)
	}
}
