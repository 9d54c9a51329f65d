// Command rpath makes a program look for its shared libraries beside itself
// alone: it writes $ORIGIN over the library paths that the linker took from the
// building machine's module cache, so that the folder can be copied anywhere.
//
//	go run ./tools/rpath bin/parley
package main

import (
	"bytes"
	"debug/elf"
	"fmt"
	"os"
)

const origin = "$ORIGIN"

func main() {
	for _, path := range os.Args[1:] {
		if err := rewrite(path); err != nil {
			fmt.Fprintf(os.Stderr, "rpath: %s: %v\n", path, err)
			os.Exit(1)
		}
	}
}

// rewrite overwrites the DT_RUNPATH and DT_RPATH strings in place; they are
// longer than $ORIGIN because the linker was given $ORIGIN too.
func rewrite(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	f, err := elf.NewFile(bytes.NewReader(text))
	if err != nil {
		return err
	}
	strtab := f.Section(".dynstr")
	if strtab == nil {
		return fmt.Errorf("not linked to shared libraries")
	}
	found := false
	for _, tag := range []elf.DynTag{elf.DT_RUNPATH, elf.DT_RPATH} {
		offsets, err := f.DynValue(tag)
		if err != nil {
			return err
		}
		for _, at := range offsets {
			s := text[strtab.Offset+at:]
			end := bytes.IndexByte(s, 0)
			if end < len(origin) {
				return fmt.Errorf("no room for %s in %q", origin, s[:end])
			}
			clear(s[copy(s, origin):end])
			found = true
		}
	}
	if !found {
		return fmt.Errorf("no library path to rewrite: link it with -Wl,-rpath,%s", origin)
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	// A new file, not the old one: a running copy keeps its own.
	if err := os.WriteFile(path+".new", text, info.Mode()); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
