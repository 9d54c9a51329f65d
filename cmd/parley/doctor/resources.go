package doctor

import (
	"context"
	"fmt"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/media"
)

func rights(_ context.Context, c *config.Config, m Machine) []Finding {
	if !c.Media.Realtime {
		return []Finding{{"cpu rights", Warn, "SCHED_RR is not asked for", "set media.realtime: true, so that RTP leaves on time while the machine is busy"}}
	}
	if err := m.Realtime(); err != nil {
		return []Finding{{"cpu rights", Warn, fmt.Sprintf("no SCHED_RR (%v): RTP may leave late while the machine is busy", err),
			fmt.Sprintf("LimitRTPRIO=%[1]d in its systemd unit, \"USER - rtprio %[1]d\" in /etc/security/limits.d/parley.conf, or --ulimit rtprio=%[1]d in a container; no setcap: the loader then ignores the libraries beside the program", media.Priority)}}
	}
	return []Finding{{"cpu rights", OK, "SCHED_RR is granted", ""}}
}

// A stereo recording at 8 kHz, 16 bits: 32 kB a second.
const recordingPerHour = 32_000 * 3600

func disk(_ context.Context, c *config.Config, m Machine) []Finding {
	free, err := m.Disk(c.Data)
	if err != nil {
		return []Finding{{"disk", Broken, fmt.Sprintf("%s: %v", c.Data, err), "make the folder and give it to the user that runs Parley, or change data"}}
	}
	f := Finding{"disk", OK, fmt.Sprintf("%s has %.1f GB free, about %d hours of recorded calls", c.Data, float64(free)/1e9, free/recordingPerHour), ""}
	switch {
	case free < 100e6:
		f.State, f.Mend = Broken, "free some space, or move data to another disk"
	case free < 2e9:
		f.State, f.Mend = Warn, "free some space, or move data to another disk"
	}
	return []Finding{f}
}

// filesPerCall is an RTP and an RTCP socket and a recording, on each of the two
// legs of a transferred call, with room for an engine's connection.
const filesPerCall = 6

func files(_ context.Context, c *config.Config, m Machine) []Finding {
	soft, hard, err := m.Files()
	if err != nil {
		return []Finding{{"file limit", Warn, err.Error(), "check ulimit -n"}}
	}
	// Go raises the soft limit to the hard one at start.
	limit := max(soft, hard)
	need := uint64(filesPerCall*c.Media.MaxCalls + 256)
	if limit < need {
		return []Finding{{"file limit", Warn, fmt.Sprintf("%d open files, enough for about %d calls", limit, (limit-min(limit, 256))/filesPerCall),
			fmt.Sprintf("raise it to %d (LimitNOFILE= in the systemd unit, ulimit -n), or lower media.max_calls", need)}}
	}
	return []Finding{{"file limit", OK, fmt.Sprintf("%d open files", limit), ""}}
}
