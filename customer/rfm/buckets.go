package rfm

// Buckets of RFM-C: each figure in steps, with the category most bought from.
type Buckets struct {
	R        string // 0-7, 8-30, 31-90, >90
	F        string // 1, 2-3, 4-6, >6
	M        string // <200, 200-500, >500
	Category string
}

// The words of the buckets, from the best customer's to the worst's; "none" is
// for who never bought, or not in the last Year days.
var (
	RWords = []string{"0-7", "8-30", "31-90", ">90", "none"}
	FWords = []string{">6", "4-6", "2-3", "1", "none"}
	MWords = []string{">500", "200-500", "<200", "none"}
)

// Buckets sorts the figures into steps.
func (f Figures) Buckets(category string) Buckets {
	return Buckets{R: bucketR(f.Recency), F: bucketF(f.Frequency), M: bucketM(f.Frequency, f.Monetary), Category: category}
}

func bucketR(days int) string {
	switch {
	case days < 0:
		return "none"
	case days <= 7:
		return "0-7"
	case days <= 30:
		return "8-30"
	case days <= 90:
		return "31-90"
	}
	return ">90"
}

func bucketF(orders int) string {
	switch {
	case orders <= 0:
		return "none"
	case orders == 1:
		return "1"
	case orders <= 3:
		return "2-3"
	case orders <= 6:
		return "4-6"
	}
	return ">6"
}

func bucketM(orders int, cents int64) string {
	switch {
	case orders <= 0:
		return "none"
	case cents < 200_00:
		return "<200"
	case cents <= 500_00:
		return "200-500"
	}
	return ">500"
}
