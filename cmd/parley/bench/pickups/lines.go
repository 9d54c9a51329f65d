package pickups

// set is a test set: what is said, and in whose voices. The bounds of media/amd and the
// phrases of campaign/pickup were chosen on one and are told by another, which nobody
// looked at before.
type set struct {
	lines  []line
	en, zh []string // voices of espeak-ng
	aside  string   // what others say behind the person
}

var sets = map[string]set{
	"tuning": {
		lines: tuning,
		en:    []string{"en-us", "en-gb", "en-us+f3", "en-gb+f2", "en-us+m3", "en-gb-scotland", "en-us+f4", "en-gb+m7"},
		zh:    []string{"cmn-latn-pinyin", "cmn-latn-pinyin+f3", "cmn-latn-pinyin+m3", "cmn-latn-pinyin+f2"},
		aside: "and so we went on to the market where they had a good deal of fruit and fish and talked about it until the evening came",
	},
	"held-out": {
		lines: heldOut,
		en: []string{"en-us+m1", "en-us+f1", "en-gb-x-rp", "en-029", "en-gb+f5", "en-us+m5", "en-gb-x-gbcwmd", "en-us+linda", "en-gb+adam", "en-gb-x-gbclan",
			"en-us+michael", "en-gb+belinda"},
		zh:    []string{"cmn-latn-pinyin+f1", "cmn-latn-pinyin+m7", "cmn-latn-pinyin+linda", "cmn-latn-pinyin+f5", "cmn-latn-pinyin+m1", "cmn-latn-pinyin+adam"},
		aside: "rain will spread from the west this afternoon with strong winds on the coast while most of the east stays dry and rather cold for the season",
	},
}

// line is what is said when a call is answered, and by whom.
type line struct {
	kind string // "human", "machine", "screening"
	text string
	said string // for espeak-ng, when that is not the text: Mandarin in pinyin
	beep bool
}

var tuning = []line{
	{"human", "hello?", "", false}, {"human", "yes?", "", false}, {"human", "hi this is Mary", "", false},
	{"human", "hello, who is this?", "", false}, {"human", "John Smith", "", false}, {"human", "good morning", "", false},
	{"human", "hello? hello? can you hear me?", "", false}, {"human", "yeah, hang on a second please", "", false},
	{"human", "ABC company good morning this is John speaking how can I help", "", false},
	{"human", "thank you for calling Miller and sons plumbing this is Kate how may I help you today", "", false},
	{"human", "Smith residence, Jane here, who would you like to speak to?", "", false},
	{"human", "front desk of the grand hotel good evening my name is Anna what can I do for you", "", false},
	{"human", "he can't come to the phone right now can I take a message", "", false},
	{"human", "喂", "wei2", false}, {"human", "喂，你好", "wei2 ni3 hao3", false},
	{"human", "你好，哪位", "ni3 hao3 na3 wei4", false}, {"human", "喂你好请问你找谁", "wei2 ni3 hao3 qing3 wen4 ni3 zhao3 shei2", false},
	{"human", "您好这里是客服中心请问有什么可以帮您", "nin2 hao3 zhe4 li3 shi4 ke4 fu2 zhong1 xin1 qing3 wen4 you3 shen2 me5 ke3 yi3 bang1 nin2", false},
	{"machine", "hi you have reached Tom I can't come to the phone right now please leave your name and number after the beep and I will call you back", "", true},
	{"machine", "the person you have called is not available please leave a message after the tone", "", true},
	{"machine", "your call has been forwarded to an automated voice message system at the tone please record your message when you have finished recording you may hang up", "", true},
	{"machine", "hello this is Sue sorry I missed you leave me a message", "", true},
	{"machine", "thank you for calling the bank for accounts press one for cards press two for all other questions stay on the line", "", false},
	{"machine", "您拨打的用户暂时无法接听请在提示音后留言", "nin2 bo1 da3 de5 yong4 hu4 zan4 shi2 wu2 fa3 jie1 ting1 qing3 zai4 ti2 shi4 yin1 hou4 liu2 yan2", true},
	{"machine", "您好我现在不方便接电话请在嘀声后留言我会尽快回复您", "nin2 hao3 wo3 xian4 zai4 bu4 fang1 bian4 jie1 dian4 hua4 qing3 zai4 di1 sheng1 hou4 liu2 yan2 wo3 hui4 jin3 kuai4 hui2 fu4 nin2", true},
	{"screening", "hi the person you're calling is using a screening service go ahead and say your name and why you're calling", "", false},
	{"screening", "if you record your name and reason for calling I'll see if this person is available", "", false},
	{"screening", "您好我是机主的智能助理请说出您的姓名和来电原因", "nin2 hao3 wo3 shi4 ji1 zhu3 de5 zhi4 neng2 zhu4 li3 qing3 shuo1 chu1 nin2 de5 xing4 ming2 he2 lai2 dian4 yuan2 yin1", false},
}

var heldOut = []line{
	{"human", "hello", "", false}, {"human", "speaking", "", false}, {"human", "hi there", "", false}, {"human", "who's calling please?", "", false},
	{"human", "yes hello this is David", "", false}, {"human", "good afternoon, Peter Brown speaking", "", false}, {"human", "hey, what's up?", "", false},
	{"human", "hello? sorry it's a bad line. hello?", "", false}, {"human", "one moment please I'm just getting off the train", "", false},
	{"human", "good evening you're through to the night desk at Saint Mary's hospital this is Helen which ward do you need", "", false},
	{"human", "green valley dental practice Laura speaking are you calling about an appointment or something else", "", false},
	{"human", "sorry she's just stepped out of the office should I tell her you called", "", false},
	{"human", "no thank you I'm not interested and please don't call here again", "", false},
	{"human", "yes, hello, is this about the car?", "", false},
	{"human", "喂，哪位啊", "wei2 na3 wei4 a5", false}, {"human", "哎，你好", "ai1 ni3 hao3", false}, {"human", "喂喂，听得到吗", "wei2 wei2 ting1 de5 dao4 ma5", false},
	{"human", "您好，请讲", "nin2 hao3 qing3 jiang3", false}, {"human", "我在开会，等会儿打给你", "wo3 zai4 kai1 hui4 deng3 hui3 er5 da3 gei3 ni3", false},
	{"human", "喂你好我是小王请问有什么事吗", "wei2 ni3 hao3 wo3 shi4 xiao3 wang2 qing3 wen4 you3 shen2 me5 shi4 ma5", false},
	{"human", "你好，这里是前台，请问您要找哪个部门", "ni3 hao3 zhe4 li3 shi4 qian2 tai2 qing3 wen4 nin2 yao4 zhao3 na3 ge5 bu4 men2", false},
	{"human", "他不在，你过一会儿再打吧", "ta1 bu4 zai4 ni3 guo4 yi2 hui4 er5 zai4 da3 ba5", false},
	{"machine", "hello, you've reached the voicemail of Robert Green. I'm away from my desk. please leave a message and I'll get back to you", "", true},
	{"machine", "sorry, no one is here to take your call. please leave your name and telephone number after the tone", "", true},
	{"machine", "the mailbox of the subscriber is ready. record your message after the beep", "", true},
	{"machine", "hey it's Jen, you know what to do", "", true},
	{"machine", "we're closed now. our opening hours are nine to five, Monday to Friday. please call again during these hours or visit our web site", "", false},
	{"machine", "welcome to city taxis. to book a taxi now, press one. to cancel a booking, press two. to speak to an operator, press zero", "", false},
	{"machine", "你好，我是小李，现在不在，请留言，我会给你回电话", "ni3 hao3 wo3 shi4 xiao3 li3 xian4 zai4 bu2 zai4 qing3 liu2 yan2 wo3 hui4 gei3 ni3 hui2 dian4 hua4", true},
	{"machine", "欢迎致电中国银行，普通话请按一，英语请按二，人工服务请按零", "huan1 ying2 zhi4 dian4 zhong1 guo2 yin2 hang2 pu3 tong1 hua4 qing3 an4 yi1 ying1 yu3 qing3 an4 er4 ren2 gong1 fu2 wu4 qing3 an4 ling2", false},
	{"machine", "您好，机主现在无法接听电话，请在听到提示音后留言，留言完毕请挂机", "nin2 hao3 ji1 zhu3 xian4 zai4 wu2 fa3 jie1 ting1 dian4 hua4 qing3 zai4 ting1 dao4 ti2 shi4 yin1 hou4 liu2 yan2 liu2 yan2 wan2 bi4 qing3 gua4 ji1", true},
	{"screening", "hello, this call is being screened. please tell me your name and what you are calling about", "", false},
	{"screening", "hi, I'm the assistant of the person you called. may I ask who is calling and the reason for your call", "", false},
	{"screening", "你好，机主正在忙，我是他的电话助理，请问您是哪位，找他有什么事", "ni3 hao3 ji1 zhu3 zheng4 zai4 mang2 wo3 shi4 ta1 de5 dian4 hua4 zhu4 li3 qing3 wen4 nin2 shi4 na3 wei4 zhao3 ta1 you3 shen2 me5 shi4", false},
}
