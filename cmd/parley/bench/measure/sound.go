package measure

import "math"

// Audible is the level from which sound counts as heard: -50 dB of full scale,
// root mean square over a packet.
const Audible = 104

// Level is the root mean square of pcm, 0..32767.
func Level(pcm []int16) float64 {
	if len(pcm) == 0 {
		return 0
	}
	var sum float64
	for _, s := range pcm {
		sum += float64(s) * float64(s)
	}
	return math.Sqrt(sum / float64(len(pcm)))
}

// edgeWindow is the length over which an edge's level is taken: 5 ms at 8 kHz.
const edgeWindow = 40

// Edges finds where a spoken line begins and ends to be audible: the first sample
// of the first 5 ms at or above level, and the sample after the last one that
// reaches level, within the last such 5 ms. What lies before is not silence: "f"
// and "h" are fainter than that. Both are 0 when all of it is faint.
func Edges(pcm []int16, level float64) (first, end int) {
	for i := 0; i+edgeWindow <= len(pcm); i += edgeWindow {
		if Level(pcm[i:i+edgeWindow]) < level {
			continue
		}
		if end == 0 {
			first = i
		}
		end = i + edgeWindow
	}
	for end > first && math.Abs(float64(pcm[end-1])) < level {
		end--
	}
	return first, end
}

// Correlate is the normalised correlation of two runs of the same length, -1..1;
// 0 when either is silent.
func Correlate(a, b []int16) float64 {
	n := min(len(a), len(b))
	var ab, aa, bb float64
	for i := range n {
		x, y := float64(a[i]), float64(b[i])
		ab += x * y
		aa += x * x
		bb += y * y
	}
	if aa == 0 || bb == 0 {
		return 0
	}
	return ab / math.Sqrt(aa*bb)
}

// probe is the length that decides whether a longer comparison is worth while.
const probe = 64

// Locate finds where piece lies in whole: the offset between low and high with
// the highest correlation, and that correlation. Places where the first 64
// samples agree by less than half are passed over. Offset -1 means that it is
// nowhere.
func Locate(whole, piece []int16, low, high int) (offset int, score float64) {
	offset = -1
	head := piece[:min(probe, len(piece))]
	for o := max(low, 0); o <= high && o+len(piece) <= len(whole); o++ {
		if Correlate(whole[o:o+len(head)], head) < 0.5 {
			continue
		}
		if c := Correlate(whole[o:o+len(piece)], piece); offset < 0 || c > score {
			offset, score = o, c
		}
	}
	return offset, score
}
