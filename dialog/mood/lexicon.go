package mood

import (
	"fmt"

	"github.com/parley-voice/parley/dialog/words"
)

// sign is a phrase that tells a mood: plain says it outright, faint only hints.
type sign struct {
	words  []string
	text   string
	mood   string
	weight float64
}

const (
	plain = 0.65
	faint = 0.35
)

// mostSigns bounds what counts of one turn.
const mostSigns = 4

// spoken finds the signs in the words. Of two that overlap the longer counts.
func spoken(said []string) (found []evidence) {
	if len(said) > 400 {
		said = said[:400]
	}
	hems := 0
	for i := 0; i < len(said); {
		best := longestAt(said[i:])
		if best == nil {
			if hem[said[i]] {
				hems++
			}
			i++
			continue
		}
		if best.mood != "" && len(found) < mostSigns {
			found = append(found, evidence{best.mood, best.weight, fmt.Sprintf("%q", best.text)})
		}
		i += len(best.words)
	}
	if hems >= 2 {
		found = append(found, evidence{Hesitant, faint, "hems and haws"})
	}
	if hems >= 4 {
		found = append(found, evidence{Hesitant, faint, "more of them"})
	}
	return found
}

func longestAt(said []string) *sign {
	var best *sign
	for i, s := range signs[said[0]] {
		if (best == nil || len(s.words) > len(best.words)) && len(s.words) <= len(said) && words.Index(said[:len(s.words)], s.words) == 0 {
			best = &signs[said[0]][i]
		}
	}
	return best
}

// signs are the phrases by their first word. A phrase of no mood shields others:
// 不着急 is no haste.
var signs = index([]struct {
	mood   string
	weight float64
	texts  []string
}{
	{Impatient, plain, []string{"快点", "快一点", "快说", "说重点", "讲重点", "长话短说", "直接说", "别废话", "少废话", "废话", "别啰嗦", "太啰嗦", "啰嗦", "有话快说", "有完没完", "没完没了", "到底什么事",
		"到底要干嘛", "到底有什么事", "赶时间", "赶紧", "没工夫", "没功夫", "我很忙", "忙着呢", "一句话", "别绕弯子", "别绕", "说正事", "抓紧", "等半天", "等了半天", "还要多久", "还没说完",
		"hurry up", "get to the point", "cut to the chase", "make it quick", "be quick", "be brief", "in a hurry", "in a rush", "just tell me", "come on", "skip the", "spare me",
		"how much longer", "taking forever", "takes forever", "get on with it", "i havent got all day", "dont have all day", "running late", "long story short", "bottom line", "whats the point", "what do you want"}},
	{Impatient, faint, []string{"行了行了", "好了好了", "知道了知道了", "哎呀", "快", "忙", "等一下等一下", "说完了没", "说过了", "我说了", "刚说过", "都说了", "讲过了", "又来了",
		"yeah yeah", "yes yes", "okay okay", "alright alright", "look", "listen", "i already told you", "i already said", "as i said", "like i said", "again", "quickly", "quick", "busy", "i said"}},
	{Hesitant, plain, []string{"考虑", "想一想", "想想", "犹豫", "纠结", "拿不准", "拿不定", "说不好", "不确定", "不太确定", "商量", "再看看", "再说吧", "下次再说", "没想好", "担心", "怕", "万一", "靠谱吗", "真的吗", "会不会", "有点贵",
		"not sure", "let me think", "think about it", "i dont know", "on the fence", "in two minds", "hesitant", "im worried", "worried that", "what if", "its a lot of money", "a bit expensive", "need to think",
		"have to think", "not certain", "cant decide", "sleep on it"}},
	{Hesitant, faint, []string{"这个嘛", "那个", "怎么说呢", "可能", "也许", "好像", "不太", "有点", "应该", "大概", "再说", "看看", "well", "maybe", "perhaps", "i guess", "i suppose", "kind of", "sort of", "possibly", "probably", "you know"}},
	{Angry, plain, []string{"投诉", "骗子", "骗人", "诈骗", "滚", "神经病", "有病", "烦死", "烦死了", "别烦我", "烦不烦", "你烦", "骚扰", "垃圾", "混蛋", "王八蛋", "他妈", "妈的", "操", "气死", "气死我了", "太过分", "过分", "什么态度", "什么破",
		"曝光", "举报", "告你们", "忽悠", "坑人", "恶心", "无耻", "受够了", "忍无可忍", "岂有此理", "再打", "别再打", "不要再打", "闭嘴",
		"ridiculous", "unacceptable", "fed up", "sick of", "sick and tired", "furious", "angry", "outrageous", "disgusting", "disgrace", "scam", "scammers", "shut up", "stop calling", "leave me alone", "how dare you",
		"useless", "rubbish", "bullshit", "hell", "damn", "fuck", "fucking", "idiot", "idiots", "stupid", "worst", "complain", "complaint", "report you", "sue you", "harassment", "harassing", "had enough", "joke"}},
	{Angry, faint, []string{"烦", "差劲", "失望", "糟糕", "生气", "不满", "又打", "老打", "天天打", "怎么又", "搞什么", "annoying", "annoyed", "terrible", "awful", "horrible", "disappointed", "unhappy", "again and again", "seriously", "how many times", "keep calling"}},
	{"", 0, []string{"不着急", "不急", "不快", "快递", "快乐", "愉快", "很快", "快要", "尽快", "快捷", "凉快", "快餐", "帮忙", "忙吗", "不忙", "不用考虑", "不用想", "没什么担心", "不担心", "不怕", "恐怕", "操作", "体操", "滚动", "没生气", "不生气", "不烦", "麻烦", "不麻烦", "再打给我", "再打过来", "再打电话给我",
		"那个人", "不是投诉", "不投诉", "no complaint", "no complaints", "not in a hurry", "not in a rush", "no hurry", "no rush", "not busy", "not worried", "hello", "not angry", "not a complaint", "say that again", "say it again", "once again", "looks good",
		"look forward", "looking", "as well", "very well", "well done", "whole lot", "not stupid", "no joke", "no doubt", "i dont know him"}},
})

func index(all []struct {
	mood   string
	weight float64
	texts  []string
}) map[string][]sign {
	m := map[string][]sign{}
	for _, group := range all {
		for _, text := range group.texts {
			w := words.Split(text)
			m[w[0]] = append(m[w[0]], sign{words: w, text: text, mood: group.mood, weight: group.weight})
		}
	}
	return m
}

// hem words fill a pause.
var hem = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range []string{"嗯", "呃", "额", "唔", "um", "uh", "er", "erm", "uhm", "hmm"} {
		m[w] = true
	}
	return m
}()
