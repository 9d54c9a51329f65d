package words

import "strings"

// Idle tells whether a word tells nothing about what is meant: articles,
// pronouns, particles.
func Idle(word string) bool { return idle[word] }

// idle words tell nothing about what is meant.
var idle = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`a an the to of in on at for and or but so is are was be been am it its this that these those
	i im ive id you your me my we our do does did can could would will shall should have has had with about please just well
	oh uh um er ah hmm hi hello hey okay ok there here what which
	的 了 吗 呢 吧 啊 呀 嘛 哦 嗯 呃 我 你 您 他 她 它 们 是 这 那 个 一 就 都 也 还 有 在 给 跟 和 请`) {
		m[w] = true
	}
	return m
}()
