package values

// corrections part what was said from what is meant. A marker counts at the
// start of a clause or before a pause or 是; "sorry, I mean four".
var corrections = phrasesOf("不对", "不不", "不不不", "说错了", "我说错了", "错了", "哦不", "啊不", "不是", "改成", "改到", "改为", "更正一下", "等一下",
	"no wait", "wait no", "no no", "i mean", "i meant", "scratch that", "make that", "make it", "actually", "sorry", "correction", "or rather",
	"oh wait", "wait", "no sorry", "no actually", "sorry no", "my mistake", "change that to", "or no", "no make it", "no make that", "no its", "no it was", "no", "不")

// anew are words that take back all of what was said before.
var anew = phrasesOf("重来", "重新来", "重新说", "重说", "从头", "start over", "start again", "from the top", "from the beginning", "let me start", "begin again")

// TakesBack tells whether the words take back what was said in the turns before:
// they begin with a correction (不对, no), or say so (重来, start over).
func TakesBack(text string) bool {
	l := lineOf(text)
	if _, n := corrections.at(l, 0); n > 0 && marks(l, 0, n) && !l.is(0, "wait", "sorry", "actually") && !l.is(0, "等") {
		return true
	}
	return anew.in(l)
}

// refusals are how a clause says that its value will not do.
var refusals = phrasesOf("不行", "不可以", "不方便", "没空", "没时间", "不要", "不太行", "不太方便", "来不及", "有事", "有会", "有课", "有约", "要开会", "要上班", "在上班", "在开会", "doesnt work", "wont work", "does not work",
	"no good", "cant do", "cant make", "not good", "im busy", "i am busy", "not available", "isnt good", "doesnt suit", "cannot do", "cannot make")

// corrected parts a line where the caller corrects themselves. The last part
// that holds a value is the one that counts. Clauses that refuse their own value
// (周三不行，周四吧; not Tuesday, Wednesday) are left out when others remain.
func corrected(l line) []line {
	l = unrefused(contrasted(l))
	if l.is(0, "not") || l.is(0, "别") || l.is(0, "除") && l.is(1, "了") {
		return nil // not tomorrow: and when, then?
	}
	var parts []line
	start := 0
	for i := 0; i < len(l); {
		_, n := corrections.at(l, i)
		if n == 0 || !marks(l, i, n) {
			i++
			continue
		}
		if i > start {
			parts = append(parts, l[start:i])
		}
		i += n
		start = i
	}
	if start < len(l) {
		parts = append(parts, l[start:])
	}
	return parts
}

// marks tells a correction from the same words inside a sentence (actually, 不是
// and wait are common): it stands at the beginning of a clause or before a pause.
func marks(l line, i, n int) bool {
	before := i == 0 || l[i-1].kind == pause || l[i].kind == latin
	after := i+n >= len(l) || l[i+n].kind == pause || l.is(i+n, "是", "应", "成", "到")
	if n == 1 && l.is(i, "不") {
		return before && after
	}
	return before || after
}

// contrasted leaves out X of 不是X，是Y and of not X, Y.
func contrasted(l line) line {
	for i := range l {
		var n int
		switch {
		case l.is(i, "不") && l.is(i+1, "是"):
			n = 2
		case l.is(i, "not"):
			n = 1
		default:
			continue
		}
		for j := i + n + 1; j < len(l); j++ {
			if l[j].kind != pause && !l.is(j, "but") && (!l.is(j, "是") || n != 2) {
				continue
			}
			if j+1 >= len(l) {
				break
			}
			return append(append(line{}, l[:i]...), l[j+1:]...)
		}
	}
	return l
}

func unrefused(l line) line {
	var kept line
	for _, c := range l.clauses() {
		if refusals.in(c) {
			continue
		}
		if len(kept) > 0 {
			kept = append(kept, token{text: ",", orig: ",", kind: pause})
		}
		kept = append(kept, c...)
	}
	if len(kept) == 0 {
		return l
	}
	return kept
}
