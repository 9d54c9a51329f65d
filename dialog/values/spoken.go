package values

// Spoken says how a canonical value is read to the caller in a language.
func Spoken(typ, canonical, language string) string { return canonical }
