package pinyin

// readings are the phrases in which a character is not read the commonest way,
// chosen from what people say to shops, banks, carriers and doctors: a phrase,
// then a syllable for each of its characters.
const readings = `
重庆 chong qing 重新 chong xin 重复 chong fu 重做 chong zuo 重启 chong qi 重置 chong zhi 重拨 chong bo 重来 chong lai 重发 chong fa
重试 chong shi 重装 chong zhuang 重打 chong da 重播 chong bo 重叠 chong die 重寄 chong ji 重开 chong kai 重名 chong ming 重写 chong xie
重阳 chong yang 重填 chong tian 重办 chong ban 重说 chong shuo 重下 chong xia 重买 chong mai 双重 shuang chong 重组 chong zu
银行 yin hang 行业 hang ye 行情 hang qing 行长 hang zhang 同行 tong hang 外行 wai hang 内行 nei hang 支行 zhi hang 分行 fen hang
总行 zong hang 央行 yang hang 商行 shang hang 行家 hang jia 本行 ben hang 跨行 kua hang 改行 gai hang 行列 hang lie
排行 pai hang 招行 zhao hang 建行 jian hang 工行 gong hang 农行 nong hang 中行 zhong hang 交行 jiao hang 行号 hang hao
开户行 kai hu hang 发卡行 fa ka hang 各行各业 ge hang ge ye
长期 chang qi 长途 chang tu 长度 chang du 长短 chang duan 长久 chang jiu 长城 chang cheng 长沙 chang sha 长春 chang chun 长安 chang an
长江 chang jiang 长假 chang jia 长远 chang yuan 长袖 chang xiu 长裤 chang ku 长时间 chang shi jian 多长 duo chang
很长 hen chang 太长 tai chang 时长 shi chang 延长 yan chang 加长 jia chang 擅长 shan chang 特长 te chang 漫长 man chang 周长 zhou chang
全长 quan chang 这么长 zhe me chang 那么长 na me chang 最长 zui chang 更长 geng chang 有点长 you dian chang
还款 huan kuan 还钱 huan qian 还清 huan qing 还贷 huan dai 还债 huan zhai 还书 huan shu 还完 huan wan 还车 huan che
还租 huan zu 还货 huan huo 还本 huan ben 还息 huan xi 还信用卡 huan xin yong ka 还不上 huan bu shang 还不起 huan bu qi 归还 gui huan
退还 tui huan 偿还 chang huan 返还 fan huan 交还 jiao huan 送还 song huan 应还 ying huan 已还 yi huan 代还 dai huan
提前还 ti qian huan 自动还 zi dong huan 讨价还价 tao jia huan jia
音乐 yin yue 乐器 yue qi 乐队 yue dui 乐团 yue tuan 声乐 sheng yue 乐谱 yue pu 配乐 pei yue 睡觉 shui jiao 午觉 wu jiao 懒觉 lan jiao
睡个觉 shui ge jiao 便宜 pian yi 会计 kuai ji 会计算 hui ji suan 财会 cai kuai 首都 shou du 都市 du shi 成都 cheng du 京都 jing du 都城 du cheng
空调 kong tiao 调整 tiao zheng 调节 tiao jie 调解 tiao jie 调试 tiao shi 调休 tiao xiu 调皮 tiao pi 协调 xie tiao 调理 tiao li
调料 tiao liao 调价 tiao jia 调低 tiao di 调高 tiao gao 调成 tiao cheng 微调 wei tiao 调一下 tiao yi xia 调好 tiao hao 调大 tiao da
调小 tiao xiao 调温 tiao wen 烹调 peng tiao
人参 ren shen 海参 hai shen 党参 dang shen 参差 cen ci 出差 chu chai 差旅 chai lv 邮差 you chai 差事 chai shi 大夫 dai fu
目的 mu di 的确 di que 的士 di shi 着急 zhao ji 着凉 zhao liang 着火 zhao huo 着迷 zhao mi 睡着 shui zhao 找不着 zhao bu zhao
用不着 yong bu zhao 够不着 gou bu zhao 着手 zhuo shou 着重 zhuo zhong 着装 zhuo zhuang 穿着 chuan zhuo 沉着 chen zhuo 着落 zhuo luo
了解 liao jie 了结 liao jie 了不起 liao bu qi 受不了 shou bu liao 用不了 yong bu liao 去不了 qu bu liao 来不了 lai bu liao
做不了 zuo bu liao 收不了 shou bu liao 付不了 fu bu liao 办不了 ban bu liao 登不了 deng bu liao 改不了 gai bu liao 退不了 tui bu liao
上不了 shang bu liao 开不了 kai bu liao 买不了 mai bu liao 打不了 da bu liao 到不了 dao bu liao 等不了 deng bu liao 少不了 shao bu liao
登录不了 deng lu bu liao 支付不了 zhi fu bu liao 下载不了 xia zai bu liao 安装不了 an zhuang bu liao 免不了 mian bu liao
暖和 nuan huo 淹没 yan mo 沉没 chen mo 率先 shuai xian 率领 shuai ling 草率 cao shuai 坦率 tan shuai 直率 zhi shuai
模样 mu yang 模具 mu ju 反省 fan xing 游说 you shui 一宿 yi xiu 提防 di fang 弹窗 tan chuang 弹出 tan chu 弹性 tan xing 弹琴 tan qin
弹簧 tan huang 反弹 fan tan 弹力 tan li 系鞋带 ji xie dai 系安全带 ji an quan dai 西藏 xi zang 青藏 qing zang
宝藏 bao zang 藏族 zang zu 自传 zi zhuan 传记 zhuan ji 对称 dui chen 称职 chen zhi 匀称 yun chen 称心 chen xin 供给 gong ji
给予 ji yu 补给 bu ji 给付 ji fu 自给 zi ji 停泊 ting bo 泊位 bo wei 代客泊车 dai ke bo che 泊车 bo che 厦门 xia men
恐吓 kong he 削皮 xiao pi 校对 jiao dui 校准 jiao zhun 校正 jiao zheng 校验 jiao yan 爪子 zhua zi 关卡 guan qia 咖喱 ga li
薄弱 bo ruo 薄荷 bo he 单薄 dan bo 微薄 wei bo 汤匙 tang chi 畜牧 xu mu 囤货 tun huo 囤积 tun ji 可恶 ke wu 厌恶 yan wu
番禺 pan yu 果脯 guo fu 嚼 jiao 咀嚼 ju jue 抹布 ma bu 埋怨 man yuan 秘鲁 bi lu 奇数 ji shu 茄 qie 堵塞 du se 阻塞 zu se
闭塞 bi se 包扎 bao za 仔细 zi xi 仔 zi 牛仔 niu zai 阿胶 e jiao 呼吁 hu yu 六安 lu an 洪洞 hong tong 蚌埠 beng bu
尉迟 yu chi 曾先生 zeng xian sheng 曾女士 zeng nv shi 曾小姐 zeng xiao jie 曾总 zeng zong 单先生 shan xian sheng 单女士 shan nv shi
仇先生 qiu xian sheng 仇女士 qiu nv shi 解先生 xie xian sheng 解女士 xie nv shi 查先生 zha xian sheng 查女士 zha nv shi
朴先生 piao xian sheng 朴女士 piao nv shi 区先生 ou xian sheng 区女士 ou nv shi 盖先生 ge xian sheng 盖女士 ge nv shi
`
