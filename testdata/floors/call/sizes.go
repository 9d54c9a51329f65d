package call

import "context"

var _ = context.Background

// long is one line too long.
func long() {
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
	_ = 0
}

// wide has one field too many.

type wide struct {
	a0  int
	a1  int
	a2  int
	a3  int
	a4  int
	a5  int
	a6  int
	a7  int
	a8  int
	a9  int
	a10 int
	a11 int
	b   int
}

// fat has one method too many.
type fat interface {
	M0()
	M1()
	M2()
	M3()
	M4()
	M5()
}
type keeper struct {
	ctx context.Context
}

// tidy has 13 fields and an excuse.
type tidy struct {
	a, b, c, d, e, f, g, h, i, j, k, l, m int
}

// record has 13 fields, and a format that wants them.
type record struct {
	A int `json:"a"`
	B int `json:"b"`
	C int `json:"c"`
	D int `json:"d"`
	E int `json:"e"`
	F int `json:"f"`
	G int `json:"g"`
	H int `json:"h"`
	I int `json:"i"`
	J int `json:"j"`
	K int `json:"k"`
	L int `json:"l"`
	M int `json:"m"`
}
