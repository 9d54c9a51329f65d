package media

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// waveFile builds a WAV file of any format.
func waveFile(tag, channels, rate, bits int, data []byte, extra ...string) []byte {
	b := []byte("RIFF\x00\x00\x00\x00WAVE")
	for _, e := range extra {
		b = append(b, e...)
	}
	b = append(b, "fmt \x10\x00\x00\x00"...)
	b = binary.LittleEndian.AppendUint16(b, uint16(tag))
	b = binary.LittleEndian.AppendUint16(b, uint16(channels))
	b = binary.LittleEndian.AppendUint32(b, uint32(rate))
	b = binary.LittleEndian.AppendUint32(b, uint32(rate*channels*bits/8))
	b = binary.LittleEndian.AppendUint16(b, uint16(channels*bits/8))
	b = binary.LittleEndian.AppendUint16(b, uint16(bits))
	b = append(b, "data"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
	return append(b, data...)
}

func le16(pcm []int16) (b []byte) {
	for _, s := range pcm {
		b = binary.LittleEndian.AppendUint16(b, uint16(s))
	}
	return b
}

func TestClipsOfEveryFormat(t *testing.T) {
	for _, rate := range []int{8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000} {
		for _, channels := range []int{1, 2} {
			for _, tag := range []int{wavePCM, waveALaw, waveMuLaw} {
				sine := toneAt(rate, 1000, time.Second/2, 9000)
				var wide []int16
				for _, s := range sine {
					for range channels {
						wide = append(wide, s)
					}
				}
				data, bits := le16(wide), 16
				if tag != wavePCM {
					bits = 8
					l := map[int]*law{waveALaw: aLaw, waveMuLaw: muLaw}[tag]
					data = make([]byte, len(wide))
					l.compress(data, wide)
				}
				path := filepath.Join(t.TempDir(), "x.wav")
				must(t, os.WriteFile(path, waveFile(tag, channels, rate, bits, data, "LIST\x03\x00\x00\x00abc\x00"), 0o600))
				c, err := ReadClip(path)
				if err != nil {
					t.Errorf("%d Hz, %d channels, format %d: %v", rate, channels, tag, err)
					continue
				}
				d := c.Duration() - 500*time.Millisecond
				if l := level(c.pcm[400:3600], 1000); d > time.Millisecond || d < -time.Millisecond || l < 8600 || l > 9400 {
					t.Errorf("%d Hz, %d channels, format %d: %v, 1 kHz at %.0f", rate, channels, tag, c.Duration(), l)
				}
			}
		}
	}
}

func TestReadWAVRefuses(t *testing.T) {
	good := waveFile(1, 1, 8000, 16, make([]byte, 100))
	for want, b := range map[string][]byte{
		"shorter than a RIFF":  good[:11],
		"no RIFF/WAVE":         []byte("RIFX....WAVEfmt "),
		"without a data chunk": good[:36],
		"format 3":             waveFile(3, 1, 8000, 32, nil),
		"of 24 bits":           waveFile(1, 1, 8000, 24, nil),
		"of 3 channels":        waveFile(1, 3, 8000, 16, nil),
		"of 0 channels":        waveFile(1, 0, 8000, 16, nil),
		"of 1000 Hz":           waveFile(1, 1, 1000, 16, nil),
		"before the fmt chunk": append([]byte("RIFF\x00\x00\x00\x00WAVE"), "data\x10\x00\x00\x00"...),
		"fmt chunk of 3 bytes": append([]byte("RIFF\x00\x00\x00\x00WAVE"), "fmt \x03\x00\x00\x00abc"...),
	} {
		if _, err := ReadWAV(bytes.NewReader(b)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want an error with %q", err, want)
		}
	}
	f, err := ReadWAV(bytes.NewReader(good[:len(good)-51])) // cut off in mid-sample
	if err != nil || len(f.PCM) != 24 {
		t.Errorf("a truncated file gave %d samples: %v", len(f.PCM), err)
	}
}

func TestWriteWAVCanBeRead(t *testing.T) {
	var b bytes.Buffer
	pcm := tone(300, 100*time.Millisecond, 20000)
	must(t, WriteWAV(&b, 16000, 1, pcm))
	f, err := ReadWAV(&b)
	if err != nil || f.Rate != 16000 || len(f.PCM) != len(pcm) || f.PCM[77] != pcm[77] {
		t.Errorf("%d Hz, %d samples: %v", f.Rate, len(f.PCM), err)
	}
}

func FuzzReadWAV(f *testing.F) {
	f.Add(waveFile(1, 1, 8000, 16, make([]byte, 64)))
	f.Add(waveFile(6, 2, 44100, 8, make([]byte, 64), "LIST\x03\x00\x00\x00abc\x00"))
	f.Add(waveFile(0xFFFE, 2, 48000, 16, make([]byte, 64)))
	f.Fuzz(func(t *testing.T, b []byte) {
		fr, err := ReadWAV(bytes.NewReader(b))
		if err != nil {
			return
		}
		if fr.Rate < 4000 || fr.Rate > maxRate || len(fr.PCM) > len(b) {
			t.Fatalf("%d samples at %d Hz from %d bytes", len(fr.PCM), fr.Rate, len(b))
		}
		if len(fr.PCM) < 4096 {
			NewClip(fr)
		}
	})
}

func TestResampling(t *testing.T) {
	for _, from := range []int{11025, 16000, 22050, 24000, 44100, 48000} {
		for _, c := range []struct{ hz, least, most float64 }{
			{300, 9700, 10200}, {1000, 9700, 10200}, {3000, 9300, 10300}, {float64(from) / 2 * 0.95, 0, 120},
		} {
			got, err := Resample(toneAt(from, c.hz, time.Second, 10000), from, 8000)
			must(t, err)
			mid := got[len(got)/4 : len(got)/2]
			l := float64(peak(mid))
			if c.hz < 4000 && c.hz != float64(from)/2*0.95 {
				l = level(mid, c.hz)
			}
			if l < c.least || l > c.most {
				t.Errorf("%d Hz to 8000: %.0f Hz comes at %.0f, want %.0f to %.0f", from, c.hz, l, c.least, c.most)
			}
		}
	}
	if _, err := NewResampler(0, 8000); err == nil {
		t.Error("0 Hz was taken")
	}
}

func TestResamplingInPiecesIsTheSame(t *testing.T) {
	pcm := vowel(300 * time.Millisecond)
	whole, err := NewResampler(22050, 8000)
	must(t, err)
	pieces, err := NewResampler(22050, 8000)
	must(t, err)
	want := whole.Process(nil, pcm)
	var got []int16
	for i := 0; i < len(pcm); i += 37 {
		got = pieces.Process(got, pcm[i:min(len(pcm), i+37)])
	}
	if len(got) != len(want) {
		t.Fatalf("%d samples, want %d", len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("sample %d: %d, want %d", i, got[i], want[i])
		}
	}
}

func TestUpsampling(t *testing.T) {
	in := tone(1000, 200*time.Millisecond, 10000)
	var u Upsampler
	var out []int16
	buf := make([]int16, 320)
	for i := 0; i < len(in); i += 160 {
		out = append(out, u.Process(buf, in[i:i+160])...)
	}
	if len(out) != 2*len(in) {
		t.Fatalf("%d samples", len(out))
	}
	mid := out[400:2800]
	if l := level(mid, 500); l < 9700 || l > 10200 { // level counts at 8 kHz
		t.Errorf("1 kHz comes at %.0f", l)
	}
	if image := level(mid, 3500); image > 100 { // 7 kHz
		t.Errorf("its image at 7 kHz comes at %.0f", image)
	}
	if n := testing.AllocsPerRun(100, func() { u.Process(buf, in[:160]) }); n != 0 {
		t.Errorf("%.1f allocations a frame", n)
	}
}

func BenchmarkUpsample(b *testing.B) {
	var u Upsampler
	in, out := tone(1000, FrameTime, 10000), make([]int16, 320)
	for b.Loop() {
		u.Process(out, in)
	}
}

func BenchmarkResample16to8(b *testing.B) {
	r, _ := NewResampler(16000, 8000)
	in, out := tone(1000, 2*FrameTime, 10000), make([]int16, 0, 400)
	for b.Loop() {
		r.Process(out, in)
	}
}
