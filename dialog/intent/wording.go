package intent

import "strings"

// empty words tell nothing to a classifier either, though they may decide a yes
// or no.
var empty = set(strings.Fields(`what how why when where who not no yes ok get got go tell know want need like
	什 么 怎 哪 谁 啥 来 着 上 下 次 能 可 以 说 很 不 没 要 到 得 过 再 又 才 为 把 被 让 从 去 呗 咯 啦 哈`)...)
