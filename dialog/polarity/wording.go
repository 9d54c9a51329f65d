package polarity

import "strings"

// negators turn the word after them round. A bare English "no" does not: it is
// an answer.
var negators = set(strings.Fields(`not dont doesnt didnt isnt arent wasnt werent wont wouldnt cant cannot couldnt shouldnt havent
	hasnt never without neither nor aint 不 没 别 无 未 莫 勿 甭`)...)

// frozen phrases hold a negator that negates nothing.
var frozen = phrasesOf("没问题", "没有问题", "没毛病", "不错", "不好意思", "不得不", "不客气", "没关系", "没事", "不管", "不过", "不但", "不仅",
	"不光", "不如", "要不", "差不多", "不久", "对不起", "没错", "不见不散", "不知道", "不确定", "不一定", "不清楚", "不太清楚", "不介意",
	"了不起", "不妨", "不断", "说不定", "没准",
	"no problem", "not bad", "cant complain", "why not", "not a problem", "no worries", "not only", "cant wait", "dont mind",
	"wouldnt mind", "dont know", "not sure", "not certain", "no idea", "no doubt", "why dont you", "why dont we", "couldnt agree more",
	"dont see why not", "not at all a problem", "isnt it", "dont worry")

// yesWords are answers that say yes by themselves, whatever else is said.
var yesWords = phrasesOf("yes", "yeah", "yep", "yup", "ya", "aye", "sure", "of course", "certainly", "absolutely", "definitely", "correct",
	"thats right", "thats it", "exactly", "indeed", "affirmative", "go ahead", "go on", "go for it", "sounds good", "sounds great",
	"sounds fine", "by all means", "lets do it", "lets do that", "please do", "yes please", "no problem", "not a problem", "why not",
	"no worries", "dont mind", "wouldnt mind", "dont see why not", "couldnt agree more", "no doubt", "cant wait", "i do", "i am", "i can",
	"i would", "i have", "i will", "it is", "it does", "it was", "we do", "we are", "uh huh", "mm hmm", "mhm", "happy to", "works for me",
	"that works", "i guess so", "i think so", "i suppose so", "thats fine", "that is fine", "fine by me", "not bad", "cant complain", "true", "you bet",
	"是", "是的", "对", "对的", "可以", "行", "没问题", "没有问题", "没错", "当然", "好的", "好啊", "好呀", "好吧", "好呢", "好嘞", "好哒",
	"没关系", "没事", "确定", "确认", "正确", "来吧", "成交", "不介意", "不错", "就这样", "就这么", "ok啊", "中", "得嘞", "必须的", "可不是",
	"那好", "没毛病", "说吧", "你说", "您说", "讲吧")

// mildWords say yes when nothing says no.
var mildWords = phrasesOf("ok", "okay", "right", "alright", "all right", "fine", "great", "good", "perfect", "please", "lovely", "cool",
	"嗯", "嗯嗯", "好", "哎", "欸", "成", "麻烦你", "麻烦您", "谢谢你")

// wishWords carry the answer themselves, and negators turn them round.
var wishWords = phrasesOf("want", "need", "like", "love", "interested", "interest", "agree", "accept", "take it", "convenient", "available",
	"have time", "free to talk", "happy", "satisfied",
	"要", "需要", "想", "想要", "愿意", "同意", "接受", "方便", "有空", "有时间", "有兴趣", "感兴趣", "可以", "行", "好", "对", "喜欢",
	"能", "用得着")

// noWords say no by themselves.
var noWords = phrasesOf("no", "nope", "nah", "no way", "no thanks", "no thank you", "not really", "not now", "not today", "not at the moment",
	"negative", "never", "incorrect", "wrong", "no need", "im good thanks", "im good thank you", "im busy", "im driving", "in a meeting",
	"no time", "no longer", "rather not", "not interested", "no interest", "absolutely not", "of course not", "certainly not",
	"definitely not", "i dont", "i do not", "its not", "it isnt", "im not", "i cant", "i cannot", "i wont", "i havent", "it doesnt",
	"forget it", "yeah no", "pass", "too busy", "bad time", "stop",
	"不用", "不要", "不需要", "不想", "不行", "不可以", "不是", "没有", "不了", "算了", "免了", "拒绝", "没兴趣", "不感兴趣", "没空", "没时间",
	"在忙", "很忙", "太忙", "在开车", "在开会", "不方便", "不对", "不好", "不愿意", "不同意", "不喜欢", "用不着", "不必", "免谈", "否",
	"别打", "别再", "没有必要", "没必要", "改天", "不是的", "错了")

// waverWords are neither.
var waverWords = phrasesOf("let me think", "think about it", "think it over", "not sure", "not certain", "maybe", "perhaps", "dont know",
	"no idea", "it depends", "depends", "consider it", "have to ask", "need to ask", "get back to you", "sleep on it", "hard to say",
	"need some time", "need to think", "like to think", "not decided", "havent decided", "cant decide", "might",
	"考虑", "再说", "再看看", "看看再", "想想", "想一想", "不确定", "不一定", "不知道", "不清楚", "不太清楚", "看情况", "以后再", "过几天", "商量",
	"犹豫", "说不好", "说不准", "不好说", "再看吧", "说不定", "没想好", "没准", "也许", "可能吧", "问问家")
