package values

import (
	"strings"
	"unicode"
)

var hanFrames = phrasesOf("我叫", "我姓", "免贵姓", "免贵", "我的名字是", "我的名字叫", "名字叫", "名字是", "我名字叫", "叫我", "您叫我", "你叫我", "我是", "姓", "贵姓", "本人", "这边是", "叫", "姓名是", "姓名", "全名是", "全名")

var latinFrames = phrasesOf("my name is", "my names", "my name", "the name is", "the names", "name is", "im", "i am", "this is", "its", "it is", "call me", "you can call me", "they call me", "my full name is",
	"first name", "last name", "surname", "name", "full name")

// readName finds the caller's own name in the words, without its frame (我叫, my
// name is) and title (先生, Mr).
func readName(l line, _ Options) (string, verdict) {
	if name := hanName(l); name != "" {
		return name, found
	}
	if name := latinName(l); name != "" {
		return name, found
	}
	return "", nothing
}

// hanName takes what follows the strongest frame, and a bare name only if it
// begins with a surname.
func hanName(l line) string {
	best := ""
	for _, c := range l.clauses() {
		framed := false
		for i := 0; i < len(c); i++ {
			_, n := hanFrames.at(c, i)
			if n == 0 {
				continue
			}
			framed = true
			name := nameAfter(c, i+n, !c.is(i+n-1, "是"))
			if len([]rune(name)) > len([]rune(best)) && (best == "" || strings.HasPrefix(name, best)) {
				best = name
			}
			i += n - 1
		}
		if !framed && best == "" && len(c) <= 6 {
			best = nameAfter(c, 0, false)
		}
	}
	return best
}

// nameAfter reads a name at i; framed words need no surname.
func nameAfter(c line, i int, framed bool) string {
	rest := c[min(i, len(c)):]
	if len(rest) == 0 {
		return ""
	}
	if rest[0].kind == latin {
		if framed && !notNames[rest[0].text] {
			return title(rest[:1])
		}
		return ""
	}
	if c, n := spelledSurnames.at(rest, 0); n > 0 {
		return c
	}
	var b strings.Builder
	n := 0
	for ; n < len(rest) && rest[n].kind == han && n < 8; n++ {
		if _, k := nameEnds.at(rest, n); k > 0 && n > 0 {
			break
		}
		b.WriteString(rest[n].text)
	}
	name := []rune(b.String())
	surname := surnameOf(string(name))
	if !framed && i > 0 && n < len(rest) && rest[n].text == "的" {
		return "" // 我是来投诉的
	}
	if len(name) == 0 || len(name) > 4 || surname == "" && (!framed || len(name) < 1) || notHanNames[string(name)] {
		return ""
	}
	if !framed && len(name) == len([]rune(surname)) && n == len(rest) && i == 0 && len(name) < 2 && len(c) > 1 {
		return ""
	}
	return string(name)
}

func surnameOf(name string) string {
	r := []rune(name)
	if len(r) >= 2 && strings.Contains(doubleSurnames, " "+string(r[:2])+" ") {
		return string(r[:2])
	}
	if len(r) >= 1 && strings.ContainsRune(surnames, r[0]) {
		return string(r[:1])
	}
	return ""
}

// nameEnds are what may stand after a name: titles and particles.
var nameEnds = phrasesOf("先生", "女士", "小姐", "老师", "总", "经理", "师傅", "太太", "阿姨", "同学", "医生", "律师", "就行", "就好", "就可以", "就是", "吧", "啊", "呀", "呢", "的", "嘛", "哈", "啦", "了", "叫", "你好", "您好", "本人", "我", "是", "这个姓")

// spelledSurnames are surnames told by their parts: 弓长张, 木子李.
var spelledSurnames = lexiconOf(map[string]string{"弓长张": "张", "立早章": "章", "木子李": "李", "双木林": "林", "言午许": "许", "口天吴": "吴", "耳东陈": "陈", "草头黄": "黄", "三横王": "王",
	"三横一竖王": "王", "古月胡": "胡", "双口吕": "吕", "人可何": "何", "走肖赵": "赵", "木易杨": "杨", "卯金刀刘": "刘", "文刀刘": "刘", "女马冯": "冯", "两点水马冯": "冯", "干勾于": "于", "人则侯": "侯", "谷欠欲": "欲", "禾呈程": "程", "木土杜": "杜", "土申坤": "坤"})

const surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿鲜印逯隆茹诺战慕危玉银亢嵇公哈湛宾戎勾茅利於呼居揭干但尉冶斯元束檀衣信展阴昝智幸奉植衡富尧闭由"

const doubleSurnames = " 欧阳 上官 司马 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 司徒 司空 夏侯 端木 南宫 独孤 轩辕 宇文 长孙 呼延 闻人 澹台 "

var notHanNames = set("什么", "不知道", "不用", "不要", "那个", "这个", "多少", "谁", "可以", "没有", "没问题", "好的", "明天", "明白", "干什么", "干嘛", "都可以", "都行", "全部", "应该", "应该是", "有点", "成交", "路上", "安全", "和", "时候",
	"时间", "强烈", "平时", "来的", "来了", "那个人", "但是", "由于", "公司", "国内", "方便", "不方便", "高兴", "满意", "文件", "全名", "他", "她", "本人", "包裹", "海外", "随便", "常用", "白天", "单位", "计划", "相信", "信不过", "花钱", "居然", "那边", "都不", "那好", "关系", "连接")

var titles = set("mr", "mrs", "ms", "miss", "dr", "doctor", "mister", "professor", "prof", "sir", "madam")

var nameStops = set("speaking", "here", "calling", "and", "thanks", "thank", "please", "from", "with", "but", "the", "by", "again", "actually", "at", "on", "so", "is", "spelled", "spelt", "thats", "that", "if", "you", "for")

// latinName takes what follows a frame, or words that are nothing but a name.
func latinName(l line) string {
	var parts []string
	framed := false
	for _, c := range l.clauses() {
		for i := 0; i < len(c); {
			_, n := latinFrames.at(c, i)
			if n == 0 {
				i++
				continue
			}
			for c.is(i+n, "is") {
				n++
			}
			weak := c.is(i, "im", "its", "this", "it", "i")
			if name, k := westernName(c, i+n, weak); k > 0 {
				framed = true
				parts = append(parts, name)
				n += k
			}
			i += n
		}
	}
	if framed {
		return l.fuller(strings.Join(parts, " "))
	}
	for _, c := range l.clauses() {
		if name, n := westernName(c, 0, true); n > 0 && n >= len(c)-1 && (n == len(c) || nameStops[c.at(n)] && !c.is(n, "is", "the", "you", "so")) {
			return l.fuller(name)
		}
	}
	return ""
}

// fuller is the name as another clause gives it in full: it's Tom, Tom Baker.
func (l line) fuller(name string) string {
	for _, c := range l.clauses() {
		if whole, n := westernName(c, 0, true); n == len(c) && len(whole) > len(name) && (strings.HasPrefix(whole, name+" ") || strings.HasSuffix(whole, " "+name)) {
			return whole
		}
	}
	return name
}

// westernName reads one to four words of a name; weak frames (I'm, this is) take
// none that is a common word.
func westernName(c line, i int, weak bool) (string, int) {
	j := i
	for titles[c.at(j)] {
		j++
	}
	from := j
	for j < len(c) && c[j].kind == latin && !nameStops[c[j].text] && j-from < 12 {
		if notNames[c[j].text] {
			if weak || j == from {
				return "", 0
			}
			break
		}
		j++
	}
	for j > from && titles[c.at(j-1)] {
		j--
	}
	if j == from {
		return "", 0
	}
	name := unspelled(c[from:j])
	if len(name) == 0 || len(name) > 4 {
		return "", 0
	}
	return title(name), j - i
}

// unspelled drops letters that spell the name before them, and joins letters
// where there is no other name.
func unspelled(l line) line {
	var whole line
	var letters strings.Builder
	for _, t := range l {
		if len(t.text) == 1 {
			letters.WriteString(t.text)
		} else {
			whole = append(whole, t)
		}
	}
	if len(whole) == 0 && letters.Len() >= 2 {
		w := letters.String()
		return line{{text: w, orig: w, kind: latin}}
	}
	if letters.Len() == 1 && len(l) > 1 {
		return l // a middle initial
	}
	return whole
}

func title(l line) string {
	out := make([]string, len(l))
	for i, t := range l {
		r := []rune(strings.NewReplacer("’", "'", "‘", "'").Replace(t.orig))
		if strings.ToLower(t.orig) == t.orig {
			r[0] = unicode.ToUpper(r[0])
		}
		out[i] = string(r)
	}
	return strings.Join(out, " ")
}

// notNames are words that no name is made of, as they stand after I'm and this is.
var notNames = set(strings.Fields(`a an the not no yes yeah yep nope ok okay sure so very too just only still already also really quite pretty
	busy interested calling sorry fine good great happy sad angry tired sick driving working looking trying waiting going coming
	having using getting doing thinking wondering hoping planning paying asking telling talking speaking about afraid able unable
	available unavailable late early ready done finished here there home out in on at up down off over under with without for from to of
	ridiculous crazy wrong right correct true false it he she they we you me him her them my your his our their its who what where
	when why how which this that these those and or but if because than then now today tomorrow later soon never always sometimes
	do does did dont can cant could would will wont should shall may might must is are was were be been being am have has had
	none nothing nobody somebody anybody everyone someone please thanks thank hello hi hey bye goodbye well um uh oh
	one two three four five six seven eight nine ten first second third last next some any all both more less much many few
	maybe perhaps probably possibly think know want need like love hate guess mean say said tell ask call phone name email
	new old same other another big small long short price order number account problem question help stop repeat again
	pleased sure glad aware certain confused lost stuck worried concerned satisfied dissatisfied unhappy kidding joking
	customer client manager owner husband wife mother father mum mom dad son daughter friend boss secretary assistant
	i im ive id ill youre hes shes theyre whats thats`)...)
