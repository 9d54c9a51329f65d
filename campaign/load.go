package campaign

// places is where in the file each key stands, for what is found out later.
type places map[string]place

type place struct{ line, column int }
