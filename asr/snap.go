package asr

// snapped puts t's words onto the closed set of e, if they are near enough.
func snapped(t Transcript, e Expectation, language string) Transcript {
	if text, ok := Snap(t.Text, e, language); ok {
		t.Raw, t.Text, t.Snapped = t.Text, text, true
	}
	return t
}

// Snap puts words heard onto the closed set that e awaits, by the distance of
// their sounds.
func Snap(text string, e Expectation, language string) (string, bool) {
	return text, false
}
