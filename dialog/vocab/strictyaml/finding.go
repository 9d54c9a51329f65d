package strictyaml

// Severity says how bad a finding is.
type Severity string

// The severities. An error keeps a file out of use.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Advice  Severity = "advice"
)

// Finding is one thing to mend, and where: what a reader refused, or what a
// linter has to say about a file that can be read.
type Finding struct {
	Problem
	Severity Severity
}

// Findings makes an error of each problem.
func (ps Problems) Findings() []Finding {
	all := make([]Finding, len(ps))
	for i, p := range ps {
		all[i] = Finding{Problem: p, Severity: Error}
	}
	return all
}
