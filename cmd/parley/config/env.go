package config

import (
	"fmt"
	"regexp"
	"strings"
)

var variable = regexp.MustCompile(`^\{([A-Za-z_][A-Za-z0-9_]*)(?:(:-)([^}]*))?\}`)

type envError struct{ text, hint string }

// expand puts environment variables into a value: ${NAME}, ${NAME:-default},
// and $$ for a dollar sign. A variable that is missing is an error; one that is
// set to nothing takes the default, as in a shell.
func expand(s string, env Env) (string, *envError) {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(s, "$")
		out.WriteString(before)
		if !found {
			return out.String(), nil
		}
		if after, ok := strings.CutPrefix(rest, "$"); ok {
			out.WriteByte('$')
			s = after
			continue
		}
		if !strings.HasPrefix(rest, "{") {
			out.WriteByte('$')
			s = rest
			continue
		}
		m := variable.FindStringSubmatch(rest)
		if m == nil {
			return "", &envError{"${ is not followed by a variable's name and }", "write ${NAME} or ${NAME:-default}; write $$ for a dollar sign"}
		}
		value, set := env(m[1])
		switch {
		case m[2] != "" && value == "":
			value = m[3]
		case !set:
			return "", &envError{
				fmt.Sprintf("the environment variable %s is not set", m[1]),
				fmt.Sprintf("export %s=... before starting Parley, or write ${%s:-default}", m[1], m[1]),
			}
		}
		out.WriteString(value)
		s = rest[len(m[0]):]
	}
}
