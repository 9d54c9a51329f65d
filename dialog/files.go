package dialog

import "slices"

// Files are what the script is made of beside its own file: its clips, and
// what it includes, as it names them, sorted.
func (s *Script) Files() []string {
	files := slices.Clone(s.parts)
	for _, p := range s.FixedLines() {
		if p.Clip != "" {
			files = append(files, p.Clip)
		}
	}
	slices.Sort(files)
	return slices.Compact(files)
}
