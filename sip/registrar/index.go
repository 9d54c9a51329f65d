package registrar

// index counts what the live bindings have in common.
type index[K comparable] map[K]int

func (x index[K]) add(k K) { x[k]++ }

func (x index[K]) drop(k K) {
	if x[k]--; x[k] <= 0 {
		delete(x, k)
	}
}
