package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"
)

// VersionCmd is parley version.
type VersionCmd struct {
	JSON bool `name:"json" help:"As JSON."`
}

// version is what the binary knows of its making.
type version struct {
	Version  string            `json:"version"`
	Revision string            `json:"revision,omitempty"`
	Time     string            `json:"time,omitempty"`
	Modified bool              `json:"modified"`
	Go       string            `json:"go"`
	Platform string            `json:"platform"`
	Modules  map[string]string `json:"modules,omitempty"`
}

// telling are the modules whose version matters in a report of a fault.
var telling = map[string]string{
	"github.com/emiago/sipgo":                "sipgo",
	"github.com/k2-fsa/sherpa-onnx-go-linux": "sherpa-onnx",
	"modernc.org/sqlite":                     "sqlite",
	"github.com/prometheus/client_golang":    "prometheus",
	"github.com/yalue/onnxruntime_go":        "onnxruntime_go",
}

func readVersion(info *debug.BuildInfo) version {
	v := version{Version: "unknown", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	if info == nil {
		return v
	}
	v.Version = info.Main.Version
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Revision = s.Value
		case "vcs.time":
			v.Time = s.Value
		case "vcs.modified":
			v.Modified = s.Value == "true"
		}
	}
	v.Modules = map[string]string{}
	for _, d := range info.Deps {
		if name, ok := telling[d.Path]; ok {
			v.Modules[name] = d.Version
		}
	}
	return v
}

// Run tells the version.
func (c *VersionCmd) Run(m *Main) error {
	info, _ := debug.ReadBuildInfo()
	v := readVersion(info)
	if c.JSON {
		e := json.NewEncoder(m.Stdout)
		e.SetIndent("", "  ")
		return e.Encode(v)
	}
	_, err := fmt.Fprintf(m.Stdout, "parley %s (%s, %s)\n", v.Version, v.Go, v.Platform)
	return err
}
