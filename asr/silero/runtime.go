package silero

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	// Linked for the libonnxruntime.so that it carries: one runtime serves the
	// detector and the recogniser.
	_ "github.com/k2-fsa/sherpa-onnx-go/sherpa_onnx"
	ort "github.com/yalue/onnxruntime_go"
)

var start = sync.OnceValue(func() error {
	f, err := os.Open("/proc/self/maps")
	if err != nil {
		return fmt.Errorf("looking for the ONNX runtime: %w", err)
	}
	defer func() { _ = f.Close() }()
	lib, err := loaded(f)
	if err != nil {
		return err
	}
	// The environment lives as long as the process: sherpa-onnx shares it.
	ort.SetSharedLibraryPath(lib)
	if err := ort.InitializeEnvironment(ort.WithLogLevelError()); err != nil {
		return fmt.Errorf("ONNX runtime %s: %w", lib, err)
	}
	return nil
})

// loaded finds the ONNX runtime that the dynamic linker mapped at start, in the
// module cache during tests or beside the executable: opening that very file
// again gives the same library, not a second one.
func loaded(maps io.Reader) (string, error) {
	lines := bufio.NewScanner(maps)
	for lines.Scan() {
		// address perms offset dev inode path; the path may hold spaces
		i := strings.IndexByte(lines.Text(), '/')
		if i < 0 {
			continue
		}
		path := lines.Text()[i:]
		if base := path[strings.LastIndexByte(path, '/')+1:]; strings.HasPrefix(base, "libonnxruntime.so") {
			if strings.HasSuffix(path, " (deleted)") {
				return "", errors.New("libonnxruntime.so was replaced on disk since the program started: restart it")
			}
			return path, nil
		}
	}
	if err := lines.Err(); err != nil {
		return "", fmt.Errorf("looking for the ONNX runtime: %w", err)
	}
	return "", errors.New("libonnxruntime.so is not loaded: it must lie beside the program, where `make build` puts it")
}
