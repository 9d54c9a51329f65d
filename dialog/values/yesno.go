package values

func readYesNo(string) (string, verdict) { return "", nothing }
