package polarity

import "strings"

// negators turn the word after them round. A bare English "no" does not: it is
// an answer.
var negators = set(strings.Fields(`not dont doesnt didnt isnt arent wasnt werent wont wouldnt cant cannot couldnt shouldnt havent
	hasnt never without neither nor aint hardly scarcely barely 不 没 别 无 未 莫 勿 甭 冇 唔`)...)

// frozen phrases hold a negator that negates nothing.
var frozen = phrasesOf("没问题", "没有问题", "没毛病", "不错", "不好意思", "不得不", "不客气", "没关系", "没事", "不管", "不过", "不但", "不仅",
	"不光", "不如", "要不", "差不多", "不久", "对不起", "没错", "不见不散", "不知道", "不确定", "不一定", "不清楚", "不太清楚", "不介意",
	"了不起", "不妨", "不断", "说不定", "没准",
	"no problem", "not bad", "cant complain", "why not", "not a problem", "no worries", "not only", "cant wait", "dont mind",
	"wouldnt mind", "dont know", "not sure", "not certain", "no idea", "no doubt", "why dont you", "why dont we", "couldnt agree more",
	"dont see why not", "not at all a problem", "isnt it", "dont worry", "no objection", "no objections", "cant argue", "cant argue with that",
	"dont have a problem", "dont have any problem", "dont see a problem", "nothing against", "no harm", "nothing wrong", "no complaints",
	"cant be wrong", "no question", "never better", "no trouble", "not half", "no rush", "no hurry", "cant go wrong", "cant say no",
	"wouldnt say no", "cant fault", "couldnt be happier", "couldnt be better", "wouldnt object",
	"why wouldnt i", "why wouldnt we", "why shouldnt", "dont see any reason not to", "see no reason not to", "not a bad", "not the worst",
	"怎么不要", "怎么不去", "怎么不来", "怎么不行", "怎么不想", "可不是", "求之不得",
	"不反对", "哪能不", "怎么会不", "怎能不", "哪会不", "怎么可能不", "没意见", "没异议", "没什么问题", "没啥问题", "没什么不可以", "没什么不好", "没的说", "没得说", "没说的", "没啥", "没什么", "不见得", "不瞒你说", "不是吧",
	"冇问题", "木有问题", "木问题", "冇事", "唔紧要", "冇所谓", "没啥见不得人", "没什么见不得人", "得好好", "好好的", "没变", "没换", "没改", "没啥不行", "没什么不行", "没啥不好", "想不起", "想不到", "想不出", "想得美", "不记得", "记不得", "记不清", "without a doubt", "without doubt", "有好有坏", "只好", "可不敢",
	"deal with", "dealing with", "im good with", "im good to go", "couldnt have been better", "couldnt have asked for", "couldnt be easier", "couldnt be more",
	"doesnt bother", "doesnt matter", "wont hurt", "no bother", "no difference", "not bothered", "not fussed", "might as well",
	"不要紧", "不碍事", "少不了", "免不了", "不得了", "无所谓", "无妨", "不成问题", "不在话下", "不亏", "不难", "不贵", "不远", "不早了", "不用说")

// yesWords are answers that say yes by themselves, whatever else is said.
var yesWords = phrasesOf("yes", "yeah", "yep", "yup", "ya", "aye", "sure", "of course", "certainly", "absolutely", "definitely", "correct",
	"thats right", "thats it", "exactly", "indeed", "affirmative", "go ahead", "go on", "wouldnt say no", "cant fault", "couldnt be happier", "couldnt be better", "wouldnt object", "go for it", "sounds good", "sounds great",
	"sounds fine", "by all means", "lets do it", "lets do that", "please do", "yes please", "no problem", "not a problem", "why not",
	"no worries", "dont mind", "wouldnt mind", "dont see why not", "couldnt agree more", "no doubt", "cant wait", "uh huh", "mm hmm", "mhm", "happy to", "works for me",
	"that works", "i guess so", "i think so", "i suppose so", "thats fine", "that is fine", "fine by me", "not bad", "cant complain", "true", "you bet",
	"why wouldnt i", "why wouldnt we", "dont see any reason not to", "see no reason not to", "not a bad", "thats the one", "thats my", "you can", "you may", "i think we should",
	"works perfectly", "works well", "works fine", "it works", "suits me", "im free", "不反对",
	"speaking", "thats me", "that is me", "this is he", "this is she", "its me", "i suppose", "i guess", "i reckon", "i believe so", "i imagine so",
	"you got it", "right you are", "fair enough", "very well", "all good", "totally", "naturally", "obviously", "deal", "done deal", "count me in",
	"couldnt have been better", "couldnt have asked for", "doesnt bother", "no bother", "wont hurt", "might as well", "may as well", "ask away", "record away", "without a doubt", "without doubt",
	"冇问题", "木有问题", "木问题", "冇事", "唔紧要", "没变", "没换", "没改", "没啥不行", "没什么不行", "没啥不好", "得行", "系我", "系呀", "系啊", "系嘅", "巴适", "没啥见不得人", "没什么见不得人",
	"im in", "im game", "no objection", "no objections",
	"cant argue", "dont have a problem", "dont see a problem", "nothing against", "no complaints", "no question", "no harm", "no trouble", "fire away",
	"shoot", "be my guest", "feel free", "okey dokey", "roger", "spot on", "bingo", "precisely", "quite right", "quite so", "for sure", "sure do",
	"sure is", "say no more", "im all ears", "im listening", "as you like", "whatever you say", "i got it", "got it", "understood", "i understand",
	"good idea", "i hear you", "im up for it", "up for that", "lets go", "lets try", "cant say no", "cant go wrong", "not half", "im on board",
	"没意见", "没异议", "没什么问题", "没啥问题", "没什么不可以", "没什么不好", "没的说", "没得说", "没说的", "不要紧", "不成问题", "无妨", "有的", "有啊", "有呀",
	"请讲", "请说", "您讲", "你讲", "肯定", "一定", "那当然", "那是", "那行", "听你的", "听您的", "按你说的", "按您说的", "欢迎", "乐意", "是呀", "是啊", "正是",
	"收到", "明白", "了解", "知道了", "是我", "我就是", "就是我", "本人", "谁说不是", "那必须", "妥", "妥了", "整", "要得", "得", "中啊", "你问吧", "您问",
	"试试", "试一下", "就它", "就要这个", "来一个", "来一份", "给我来", "帮我办", "办吧", "定了", "订吧", "买了吧", "靠谱", "挺好", "蛮好", "很好", "太好了",
	"是", "是的", "对", "对的", "可以", "行", "没问题", "没有问题", "没错", "当然", "好的", "好啊", "好呀", "好吧", "好呢", "好嘞", "好哒",
	"没关系", "没事", "确定", "确认", "正确", "来吧", "成交", "不介意", "不错", "就这样", "就这么", "ok啊", "中", "得嘞", "必须的", "可不是",
	"怎么不要", "怎么不去", "怎么不来", "怎么不行", "怎么不想", "求之不得", "那好", "没毛病", "说吧", "你说", "您说", "讲吧")

// beginnings say yes where a clause ends with them; "I have to cancel" begins
// anything.
var beginnings = phrasesOf("i do", "i am", "i can", "i would", "i have", "i will", "i did", "i was", "it is", "it does", "it was", "it has", "it did",
	"we do", "we are", "we did", "we have", "they did", "they are", "he is", "she is", "he did", "she did")

// mildWords say yes when nothing says no.
var mildWords = phrasesOf("ok", "okay", "right", "alright", "all right", "fine", "great", "good", "perfect", "please", "lovely", "cool",
	"嗯", "嗯嗯", "好", "哎", "欸", "成", "麻烦你", "麻烦您", "谢谢你")

// wishWords carry the answer themselves, and negators turn them round.
var wishWords = phrasesOf("want", "need", "like", "i love", "id love", "would love", "love to", "love it", "love that", "interested", "interest", "agree", "accept", "take it", "convenient", "available",
	"have time", "free to talk", "happy", "satisfied", "pleased", "appreciate", "willing", "keen", "up for", "fancy", "resolved", "solved", "sorted",
	"要", "需要", "想", "想要", "愿意", "同意", "接受", "方便", "有空", "有时间", "有兴趣", "感兴趣", "可以", "行", "好", "对", "喜欢",
	"能", "用得着", "满意", "解决", "清楚", "合适", "有用", "支持", "认可", "赞成", "用得上", "有必要", "准备好", "参加", "收到", "去")

// noWords say no by themselves.
var noWords = phrasesOf("no", "nope", "nah", "no way", "no thanks", "no thank you", "not really", "not now", "not today", "not at the moment",
	"negative", "never", "incorrect", "wrong", "no need", "im good thanks", "im good thank you", "im busy", "im driving", "in a meeting",
	"no time", "no longer", "rather not", "not interested", "no interest", "absolutely not", "of course not", "certainly not",
	"definitely not", "forget it", "yeah no", "pass", "too busy", "bad time", "stop",
	"still waiting", "shes out", "hes out", "on another call", "on the phone", "im eating", "disagree", "cancelled", "canceled", "returned it", "happy with what",
	"开会呢", "正开会", "不考虑", "没考虑", "不用考虑", "已经有", "退货", "退了", "反对",
	"leave me alone", "im all right thanks", "im alright thanks", "im fine thanks", "im okay thanks", "im ok thanks", "im fine thank you", "im all right thank you",
	"im all set", "all set thanks", "i already have", "already got one", "ive already got", "ive got one", "have one already", "too expensive", "cant afford", "couldnt afford",
	"in the middle of", "bad moment", "another time", "some other time", "remove me", "take me off", "hell no", "not likely", "unlikely", "as if",
	"no good", "no use", "no luck", "no point", "waste of time", "wrong number", "wrong person", "hang up", "hanging up", "goodbye", "ill pass", "too much",
	"at work", "got to go", "have to go", "gotta go", "no chance", "no intention", "no plans", "rather you didnt", "id rather you", "hate", "not for me", "nothing",
	"none", "leave it", "skip it", "drop it", "count me out", "im out", "the opposite", "far from it", "on the contrary", "refuse", "decline", "cancel",
	"不用", "不要", "不需要", "不想", "不行", "不可以", "不是", "没有", "不了", "算了", "免了", "拒绝", "没兴趣", "不感兴趣", "没空", "没时间",
	"在忙", "很忙", "太忙", "在开车", "在开会", "不方便", "不对", "不好", "不愿意", "不同意", "不喜欢", "用不着", "不必", "免谈", "否",
	"别打", "别再", "没有必要", "没必要", "改天", "不是的", "错了",
	"忙着", "正忙", "太贵", "买不起", "没钱", "已经买了", "已经有了", "打错", "找错人", "下次", "下回", "谁要", "别烦", "骚扰", "挂了", "够了", "受不了",
	"skint", "im broke", "i doubt", "i object", "id rather", "i would rather", "id sooner", "i would sooner", "id prefer", "im good", "disappointed", "disappointing",
	"rubbish",
	"不打算", "没打算", "没计划", "用不上", "够呛", "没戏", "没门", "来不了", "去不了", "做不到", "不成", "不中", "不得行", "要不得", "使不得", "莫得", "木有", "冇", "唔要", "唔使", "唔得",
	"唔好", "个鬼", "个屁", "想得美", "鬼才", "失望", "糟糕", "差劲", "垃圾", "得好好",
	"不认识", "没听说过", "没买过", "没订过", "没用过", "免打扰", "得了吧", "才怪", "休想", "做梦", "哪有", "哪里有", "不至于", "有事", "在上班", "在吃饭", "在睡觉", "在外面",
	"在路上", "没电", "不大行", "不太行", "不怎么样", "一般般", "退订", "取消", "以后吧", "回头吧", "回头", "晚点", "等会", "换个时间", "另外找时间", "一点都不", "一点也不",
	"从来没", "还没", "没呢", "没有的事", "瞎说", "胡说", "假的", "骗子", "骗人")

// refusals begin a no, surely only where a clause ends with them: "I don't know"
// begins with one, too.
var refusals = phrasesOf("i dont", "i do not", "its not", "it isnt", "im not", "i cant", "i cannot", "i wont", "i havent", "it doesnt")

// waverWords are neither.
var waverWords = phrasesOf("let me think", "think about it", "think it over", "not sure", "not certain", "maybe", "perhaps", "dont know",
	"no idea", "no clue", "a clue", "the foggiest", "no knowledge", "it depends", "depends", "consider it", "have to ask", "need to ask", "get back to you", "sleep on it", "hard to say",
	"need some time", "need to think", "like to think", "not decided", "havent decided", "cant decide", "might", "possibly", "could be", "hundred percent sure", "to think", "hard to tell", "made up my mind", "make up my mind", "on the fence",
	"have to talk to", "need to talk to", "talk to my", "ask my", "check with", "discuss it", "discuss this", "run it by", "undecided", "torn", "fifty fifty", "50 50", "cant say", "couldnt say",
	"remains to be seen", "well see", "we will see", "ill see", "too early", "some time to", "give me a day", "weigh it up", "mull it over", "in two minds", "speak to my",
	"speak with my", "talk with my", "play it by ear", "have a think", "some thought", "as long as", "provided that", "providing", "on condition", "assuming", "unless", "only if", "who knows", "not convinced", "not decided", "no opinion", "either way", "so so", "sort of", "kind of",
	"考虑", "再说", "再看看", "看看再", "想想", "想一想", "不确定", "不一定", "不知道", "不清楚", "不太清楚", "看情况", "以后再", "过几天", "商量",
	"犹豫", "说不好", "说不准", "不好说", "再看吧", "说不定", "没想好", "没准", "也许", "可能吧", "问问家", "不敢肯定", "不敢保证", "不敢说", "吃不准", "有好有坏", "一半一半", "除非", "想不起", "不记得", "记不得", "记不清", "忘了", "难讲", "说不清", "没想清楚", "没想明白", "研究一下", "研究研究",
	"想想看", "合计", "琢磨", "斟酌", "等等看", "观望", "到时候", "到时", "纠结", "不太确定", "拿不准", "拿不定", "两可", "没决定", "没定", "还没定", "掂量", "权衡", "问一下我", "问问我",
	"问下我", "跟我老", "和我老", "跟家里", "和家里", "不见得", "难说", "或许", "应该吧", "大概吧", "不太清楚", "过两天", "过段时间", "过一阵", "先不急", "不着急", "先看看", "我看看吧", "回头再", "晚点再", "有待")

// again holds phrases that are no wavering though they hold its words: 再说一遍
// asks for the last words once more.
var again = phrasesOf("might as well", "再说一遍", "再说一次", "再说一下", "再说清楚", "再说下", "再说一句", "不考虑", "没考虑", "不用考虑")

// unheard is said of the line, not of the question.
var unheard = phrasesOf("信号不好", "信号不太好", "听不清", "听不见", "听不到", "没听清", "没听见", "没听懂", "听不懂", "cant hear", "cannot hear", "didnt catch", "didnt hear",
	"bad line", "breaking up", "dont understand", "didnt understand", "不明白", "没明白")

// conditions hang an answer on something when 就 or 才 follows, courtesies aside.
var (
	conditions = phrasesOf("如果", "要是", "假如", "若是", "等", "只要")
	courtesy   = phrasesOf("方便的话", "可以的话", "行的话", "没问题的话", "不麻烦的话", "等一下", "等下")
)

// contrasts begin what counts more than what went before: "fine, but not today".
var contrasts = phrasesOf("but", "however", "unfortunately", "sadly", "但是", "但", "可是", "可惜", "只是", "不过")

// asked words open a question in English when a pronoun follows.
var asked = set("is", "are", "do", "does", "did", "can", "could", "will", "would", "has", "have", "was", "were", "should", "may")

var pronouns = set("it", "you", "that", "this", "they", "he", "she", "there", "i", "we")
