package pickups

// line is what is said when a call is answered, and by whom.
type line struct {
	kind string // "human", "machine", "screening"
	text string
	said string // for espeak-ng, when that is not the text: Mandarin in pinyin
	beep bool
}

var lines = []line{
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
