package callees

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/zaf/g711"

	"github.com/parley-voice/parley/media"
)

// What is said. A line of file: names is made of recordings of a person, Debian's
// asterisk-core-sounds-en-wav.
var (
	greetings = []string{
		"hello?", "yes?", "hi, this is Mary", "hello, who is this?", "John Smith", "good morning", "hello? hello? can you hear me?",
		"yeah, hang on a second please", "ABC company, good morning, this is John, how can I help", "file:hello",
		"Smith residence, Jane here", "Anna speaking",
	}
	machines = []string{
		"file:vm-intro beep", "file:vm-theperson digits/1 digits/4 vm-isunavail vm-intro beep", "file:vm-nobodyavail vm-leavemsg beep",
		"hi, you have reached Tom, I can't come to the phone right now, please leave your name and number after the beep",
		"the person you have called is not available, please leave a message after the tone",
		"hello, this is Sue, sorry I missed you, leave me a message",
		"your call has been forwarded to an automated voice message system, at the tone please record your message",
	}
	vacant    = []string{"the number you have dialled does not exist, please check it and dial again", "file:ss-noservice"}
	off       = []string{"sorry, the phone you have dialled is switched off, please call again later"}
	suspended = []string{"sorry, service of the number you have dialled has been suspended"}
	special   = []string{"sit:", "sit:the number you have dialled is not in service"}
)

const allison = "/usr/share/asterisk/sounds/en_US_f_Allison"

// record writes what a role sounds like, as A-law: noise all through, 0.2 to 1 s of
// it before the first word, the beep of a machine, and a second of silence behind it.
func (r role) record(ctx context.Context, path string, seed uint64) (time.Duration, error) {
	rnd := rand.New(rand.NewPCG(seed, uint64(len(r.name)*100+r.take)))
	line, tones := strings.CutPrefix(r.line(), "sit:")
	var pcm []int16
	var err error
	if line != "" {
		if pcm, err = spoken(ctx, rnd, line, path+".wav"); err != nil {
			return 0, err
		}
	}
	pcm = append(make([]int16, 1600+rnd.IntN(6400)), pcm...)
	if r.status == "machine" && !strings.HasSuffix(line, " beep") {
		pcm = append(append(pcm, make([]int16, 2400+rnd.IntN(4000))...), sine(600+800*rnd.Float64(), 0.3+0.3*rnd.Float64())...)
	}
	if tones { // "vacant" (Bellcore SR-TSV-002275)
		pcm = append(append(append(append(sine(985.2, 0.38), sine(1370.6, 0.274)...), sine(1776.7, 0.38)...), make([]int16, 1600)...), pcm...)
		pcm = append(make([]int16, 4000), pcm...)
	}
	pcm = append(pcm, make([]int16, 8000)...)
	floor := 20 + 60*rnd.Float64() // about -58 to -45 dBm0
	out := make([]byte, len(pcm))
	for i, v := range pcm {
		out[i] = g711.EncodeAlawFrame(int16(max(-32768, min(32767, float64(v)+floor*rnd.NormFloat64()))))
	}
	return time.Duration(len(out)) * time.Second / media.TelephoneRate, os.WriteFile(path, out, 0o600)
}

// spoken lets espeak-ng say a line in a voice that is drawn, or joins recordings.
func spoken(ctx context.Context, r *rand.Rand, line, scratch string) (pcm []int16, err error) {
	defer os.Remove(scratch)
	files := []string{scratch}
	if names, ok := strings.CutPrefix(line, "file:"); ok {
		files = nil
		for name := range strings.FieldsSeq(names) {
			files = append(files, filepath.Join(allison, name+".wav"))
		}
	} else {
		voices := []string{"en-us", "en-gb", "en-us+f3", "en-gb+f2", "en-us+m3", "en-gb-scotland", "en-us+f4", "en-gb+m7"}
		var said bytes.Buffer
		cmd := exec.CommandContext(ctx, "espeak-ng", "-v", voices[r.IntN(len(voices))], "-s", strconv.Itoa(130+r.IntN(80)), "-p", strconv.Itoa(30+r.IntN(45)), "-w", scratch, line)
		cmd.Stderr = &said
		if err := cmd.Run(); err != nil {
			return nil, fmt.Errorf("espeak-ng: %w\n%s", err, &said)
		}
	}
	for _, f := range files {
		clip, err := media.ReadClip(f)
		if err != nil {
			return nil, fmt.Errorf("%w: install asterisk-core-sounds-en-wav", err)
		}
		pcm = append(pcm, clip.Frame().PCM...)
	}
	return pcm, nil
}

func sine(hz, seconds float64) []int16 {
	out := make([]int16, int(seconds*8000))
	for i := range out {
		out[i] = int16(5000 * math.Sin(2*math.Pi*hz*float64(i)/8000))
	}
	return out
}
