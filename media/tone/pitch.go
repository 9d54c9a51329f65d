package tone

import "math"

// The one sine of a frame.
const (
	pureShare = 0.85 // it has so much of the energy
	minPitch  = 320  // Hz
	maxPitch  = 3300
	pitchStep = 25 // Hz, half of what 20 ms tell apart
	climbs    = 6
)

var hann [Frame]float32

func init() {
	for i := range hann {
		hann[i] = float32(0.5 - 0.5*math.Cos(2*math.Pi*(float64(i)+0.5)/Frame))
	}
}

// pitch is the frequency of the only sine of a frame, or 0. A sine obeys
// x[n] + x[n-2] = 2 cos w · x[n-1]; the fit of that says where to look.
func pitch(x *[Frame]float32, energy float64) float64 {
	var num, den float32
	for i := 2; i < Frame; i++ {
		num += x[i-1] * (x[i] + x[i-2])
		den += x[i-1] * x[i-1]
	}
	if den == 0 {
		return 0
	}
	c := float64(num / den / 2)
	var miss float32
	for i := 2; i < Frame; i++ {
		e := x[i] + x[i-2] - 2*float32(c)*x[i-1]
		miss += e * e
	}
	if c <= -1 || c >= 1 || float64(miss) > 0.6*energy {
		return 0
	}
	f := math.Acos(c) * 8000 / (2 * math.Pi)
	if f < minPitch/2 || f > maxPitch {
		return 0
	}
	f = climb(x, f)
	if f < minPitch || f > maxPitch || share(x, f, energy) < pureShare {
		return 0
	}
	return f
}

// climb moves to the peak of the spectrum and puts a parabola through it.
func climb(x *[Frame]float32, f float64) float64 {
	mid, left, right := power(x, f), power(x, f-pitchStep), power(x, f+pitchStep)
	for range climbs {
		switch {
		case left > mid && left >= right:
			f, mid, right = f-pitchStep, left, mid
			left = power(x, f-pitchStep)
		case right > mid:
			f, mid, left = f+pitchStep, right, mid
			right = power(x, f+pitchStep)
		default:
			a, b, c := math.Log(left+1e-9), math.Log(mid+1e-9), math.Log(right+1e-9)
			if bend := a - 2*b + c; bend < 0 {
				f += pitchStep * (a - c) / (2 * bend)
			}
			return f
		}
	}
	return f
}

// power is |X(f)|² of the windowed frame, by Goertzel's recurrence.
func power(x *[Frame]float32, f float64) float64 {
	k := float32(2 * math.Cos(2*math.Pi*f/8000))
	var s1, s2 float32
	for i := range x {
		s1, s2 = x[i]*hann[i]+k*s1-s2, s1
	}
	return float64(s1*s1 + s2*s2 - k*s1*s2)
}

// share is how much of the frame's energy the best sine of frequency f has.
func share(x *[Frame]float32, f, energy float64) float64 {
	w := 2 * math.Pi * f / 8000
	step := complex(math.Cos(w), math.Sin(w))
	e := complex(1, 0)
	var cc, ss, cs, xc, xs float64
	for i := range x {
		c, s, v := real(e), imag(e), float64(x[i])
		cc, ss, cs = cc+c*c, ss+s*s, cs+c*s
		xc, xs = xc+v*c, xs+v*s
		e *= step
	}
	det := cc*ss - cs*cs
	if det <= 0 || energy <= 0 {
		return 0
	}
	return (xc*xc*ss - 2*xc*xs*cs + xs*xs*cc) / (det * energy)
}
