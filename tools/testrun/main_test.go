package main

import (
	"strings"
	"testing"
)

func TestTally(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"all kinds": {
			in: `{"Action":"start","Package":"p"}
{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestB","Output":"    b_test.go:3: got 1\n"}
{"Action":"fail","Package":"p","Test":"TestB"}
{"Action":"output","Package":"p","Test":"TestC","Output":"=== RUN   TestC\n"}
{"Action":"output","Package":"p","Test":"TestC","Output":"    c_test.go:3: no such voice: install it\n"}
{"Action":"output","Package":"p","Test":"TestC","Output":"--- SKIP: TestC (0.00s)\n"}
{"Action":"skip","Package":"p","Test":"TestC"}
{"Action":"output","Package":"p","Output":"FAIL\n"}
{"Action":"fail","Package":"p","Elapsed":1}
`,
			want: "FAIL p TestB\n        b_test.go:3: got 1\nFAIL\nFAIL p" + strings.Repeat(" ", 63) +
				"1.0s\n\nSkipped:\n    p TestC: no such voice: install it\n\n1 passed, 1 failed, 1 skipped\n",
		},
		"long": {
			in: `{"Action":"pass","Package":"p","Test":"TestA","Elapsed":9.9}
{"Action":"pass","Package":"p","Test":"TestB/one","Elapsed":10}
{"Action":"pass","Package":"p","Test":"TestB","Elapsed":10}
{"Action":"pass","Package":"p","Test":"TestC","Elapsed":11}
`,
			want: "\nThe longest, of those that ran side by side with their waiting:\n      11.0s p TestC\n      10.0s p TestB\n\n4 passed, 0 failed, 0 skipped\n",
		},
		"does not build": {
			in: `{"ImportPath":"p","Action":"build-output","Output":"p.go:1: wrong\n"}
{"ImportPath":"p","Action":"build-fail"}
{"Action":"fail","Package":"p","Elapsed":0}
`,
			want: "p.go:1: wrong\nFAIL p" + strings.Repeat(" ", 63) + "0.0s\n0 passed, 1 failed, 0 skipped\n",
		},
		"a race outside the tests": {
			in: `{"Action":"output","Package":"p","Test":"TestA","Output":"WARNING: DATA RACE\n"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Output":"FAIL\n"}
{"Action":"fail","Package":"p","Elapsed":1}
`,
			want: "WARNING: DATA RACE\nFAIL\nFAIL p" + strings.Repeat(" ", 63) + "1.0s\n1 passed, 1 failed, 0 skipped\n",
		},
		"cut short": {
			in: `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"panic: oh\n"}
{"Action":"fail","Package":"p","Elapsed":2}
`,
			want: "FAIL p TestA did not end\npanic: oh\nFAIL p" + strings.Repeat(" ", 63) + "2.0s\n0 passed, 1 failed, 0 skipped\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			tl := newTally(&b)
			tl.read(strings.NewReader(c.in))
			tl.summary()
			if b.String() != c.want {
				t.Errorf("got\n%s\nwant\n%s", b.String(), c.want)
			}
		})
	}
}
