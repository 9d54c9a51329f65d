// Command configdoc writes docs/configuration.md from the configuration's tags.
package main

import (
	"bytes"
	"flag"
	"log"
	"os"

	"github.com/parley-voice/parley/cmd/parley/config"
)

func main() {
	out := flag.String("o", "", "file to write")
	flag.Parse()
	var b bytes.Buffer
	if err := config.Reference(&b); err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(*out, b.Bytes(), 0o644); err != nil {
		log.Fatal(err)
	}
}
