package customer

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// sensitive are words about marriage and income, which are not kept about a person.
var sensitive = strings.Fields(`marriage marital married spouse income salary wage wages earnings 婚姻 婚否 已婚 未婚 离异 结婚 配偶
	收入 工资 薪资 薪水 薪酬 年薪 月薪`)

// Sensitive gives the word in a name or a tag that says what may not be kept about
// a person: marriage and income. "" when there is none.
func Sensitive(text string) string {
	folded := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, width.Fold.String(text))
	for _, word := range sensitive {
		if strings.Contains(folded, word) {
			return word
		}
	}
	return ""
}
