package moderation_test

import (
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/moderation"
	"danmaku/moderation/rules"
	"danmaku/room"
	"danmaku/testrace"
)

func TestLayout(t *testing.T) {
	set := compileQuiet("")
	tests := []struct {
		text string
		stop bool
	}{
		{"plain", false},
		{"a\u0301\u0301\u0301", false}, {"a\u0301\u0302\u0301\u0302\u0301", true},
		{"\u202eabc", true}, {"\u202dabc", true}, {"\u2067abc\u2069", false},
		{"\u200f שלום", false},
		{strings.Repeat("█", 7), false}, {strings.Repeat("█", 8), true}, {strings.Repeat("▁▂", 6), true}, {strings.Repeat("─", 10), false},
		{strings.Repeat("█ ", 25), true},
		{"﷽", false}, {"﷽﷽", true},
		{"\u3164\u3164", true}, {"", true}, {" ", true}, {"\u2800", true},
		{"👨\u200d👩\u200d👧\u200d👦", false}, {"🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", false}, {"❤\ufe0f", false}, {"می\u200cخواهم", false},
		{"a\xff", true},
	}
	for _, tt := range tests {
		v := check(set, tt.text)
		if stop := v.Action == comment.Refuse && v.Rule == "layout"; stop != tt.stop {
			t.Errorf("%q: %v by %s (%s)", tt.text, v.Action, v.Rule, v.Detail)
		}
	}
	if v := check(set, strings.Repeat("ab ", 60)); v.Rule != "length" || v.Action != comment.Refuse {
		t.Errorf("a long text: %+v", v)
	}
}

func TestShape(t *testing.T) {
	set := compileQuiet("")
	for text, want := range map[string]string{
		strings.Repeat("哈", 50): "", strings.Repeat("哈", 51): "repeats", strings.Repeat("#", 51): "repeats",
		strings.Repeat("👍🏽", 51): "repeats", strings.Repeat("ha", 30): "",
		"WHAT A GOAL": "", strings.Repeat("WHAT A GOAL ", 8): "", strings.Repeat("POG ", 24): "", strings.Repeat("USA! ", 19): "",
		strings.Repeat("HAHUHE", 15): "", "YOU ARE ALL WRONG ABOUT THIS PLAYER AND NOBODY EVER ASKED WHAT CHAT THINKS": "capitals", strings.Repeat("What A Goal ", 8): "",
	} {
		if v := check(set, text); v.Rule != want {
			t.Errorf("%q: %s", text, v.Rule)
		}
	}
}

// A long run of one character is cheering: it is shown, shortened.
func TestRepeatsAreShortened(t *testing.T) {
	testrace.Skip(t)
	set := compile(t, "fuck\nshow => mask\n")
	for text, want := range map[string]string{
		strings.Repeat("啊", 60):                                   strings.Repeat("啊", 20),
		"GO" + strings.Repeat("O", 60) + "L!":                     "G" + strings.Repeat("O", 20) + "L!",
		"上上" + strings.Repeat("6", 51) + strings.Repeat("👍🏽", 47): "上上" + strings.Repeat("6", 20) + strings.Repeat("👍🏽", 47),
	} {
		v := check(set, text)
		if v.Action != comment.Mask || v.Text != want || len(v.Spans) != 1 || v.Rule != "repeats" {
			t.Errorf("%q: %v, %q by %s %v, want %q", text, v.Action, v.Text, v.Rule, v.Spans, want)
		}
	}
	if v := check(set, "fuck "+strings.Repeat("啊", 60)); v.Action != comment.Refuse {
		t.Errorf("a word beside a row: %+v", v)
	}
}

// A name that ends like the beginning of a word does not hold its owner's comments.
func TestNamesThatEndWithTheBeginningOfAWord(t *testing.T) {
	c := chainOf(t, "草你\n裸聊\n傻子\n傻b\n操你妈\n")
	say := func(name, text string) comment.Action {
		return c.Check(comment.Draft{Room: "r", User: name + text, Name: name, Text: text, At: spelledFrom}, room.New("r")).Action
	}
	for _, row := range [][2]string{{"小草", "你好"}, {"小草", "你们在看什么"}, {"全裸", "聊聊天"}, {"二傻", "子弹来了"}, {"二傻", "大家好"}, {"含羞草", "你真棒!"}} {
		if got := say(row[0], row[1]); got != comment.Pass {
			t.Errorf("%s says %q: %v", row[0], row[1], got)
		}
	}
	for _, row := range [][2]string{{"大傻", "子"}, {"傻", "b!"}, {"裸", "聊?"}, {"操", "你妈的"}} {
		if got := say(row[0], row[1]); got != comment.Hold {
			t.Errorf("%s says %q: %v", row[0], row[1], got)
		}
	}
}

func TestContact(t *testing.T) {
	set := compileQuiet("")
	for _, text := range []string{
		"扣扣 1 2 3 4 5 6 7", "V信 12345678", "電話 03-1234-5678", "whatsapp +1 415 555 2671", "8 (903) 123-45-67",
		"+7 903 123 45 67", "０９０−１２３４−５６７８", "一八六 一二三四 五六七八", "186一二三四5678", "１③８00❶38000",
		"13 8 00 13 80 00", "1~3~8~0~0~1~3~8", "138oo138ooo", "l38 0013 8001", "加群：123 456 789", "Q群987654321",
		"微信号13912345678", "tel:5550199", "号码 一三八零零一三八", "1 3 9 1 2 3 4 5 6 7 8", "12345678", "1.2.3.4.5.6.7.8",
		"010 1234 5678", "400-123-4567", "전화 010 1234 5678", "телефон 89031234567", "①③⑨①②③④⑤⑥⑦⑧",
		"1/3/9/1/2/3/4/5/6/7/8", "1❤3❤9❤1❤2❤3❤4❤5", "13912345678 call", "𝟙𝟛𝟡𝟙𝟚𝟛𝟜𝟝",
	} {
		if v := check(set, text); v.Action == comment.Pass {
			t.Errorf("%q passes", text)
		}
	}
	for _, text := range []string{
		"20:15 vs 11:45", "2024-01-15 20:30", "1,234,567", "3.14159265", "12345678 views", "no 100000000", "100 200 300",
		"1 2 3 4 5", "10 9 8 7 6 5 4 3 2 1", "5201314", "1145141919810", "av12345678", "十二三四五", "一二三四五六七八",
		"五四三二一", "2023/2024/2025", "1080 1440 2160", "12/24/36/48", "1:0 2:1 3:3 4:2", "10-5 6-4 7-6", "1st 2nd 3rd 4th",
		"三三两两", "1500 vs 1600 elo", "$1234567", "1234567円", "lol 123 lol", "ooo 10 ooo", "0.1234567", "v10.0.19045.1",
		"192.168.1.1", "x=1234, y=5678", "Lv 100 HP 2000 MP 300", "2024年12月31日23时59分", "99.99999%", "第一二三四五六七八集",
		"3 2 1 0", "1 1 2 3 5 8 13", "1/1/2024 to 2/2/2024", "2024.01.15", "20240115", "2014831", "2014.8.31 23.30", "15.01.2024",
	} {
		if v := check(set, text); v.Action != comment.Pass {
			t.Errorf("%q: %v by %s", text, v.Action, v.Rule)
		}
	}
}

// A text that asks to exchange accounts is held, and one about the exchange of other things is
// not.
func TestExchangeOfAccounts(t *testing.T) {
	set := compileQuiet("")
	for _, text := range []string{"LINE交換", "LINE交換しよ", "ライン交換しませんか", "誰かインスタ交換して", "DM交換したい", "連絡先交換希望", "カカオ交換お願いします", "ＬＩＮＥ 交換！", "LINEのID交換しよ", "카톡 교환해요", "인스타 교환 ㄱㄱ", "微信交换"} {
		if v := check(set, text); v.Action != comment.Hold || v.Rule != "contact" {
			t.Errorf("%q: %v by %s", text, v.Action, v.Rule)
		}
	}
	for _, text := range []string{"カード交換しよ", "ポケモン交換したい", "交換留学", "LINE交換禁止です", "オンライン交換会", "ライン交換の作業", "LINEスタンプ交換", "部品交換して", "online交換しよう", "선물 교환해요", "等价交换", "선수 교환", "選手交代", "物々交換しよ", "オンライン交換しよう", "온라인 교환해요"} {
		if v := check(set, text); v.Action != comment.Pass {
			t.Errorf("%q: %v by %s", text, v.Action, v.Rule)
		}
	}
}

// Numbers after short groups, with check digits and in words; accounts on other services; and
// texts that only look similar.
func TestContactWritings(t *testing.T) {
	set := compileQuiet("")
	for _, text := range []string{
		"+44 7911123456", "+49 15112345678", "+1 415 555 2671", "+86 139 1234 5678", "3 2514658108", "12 13912345678", "(+33) 612345678",
		"6011 1111 1111 1117", "5500 0000 0000 0004", "3782 822463 10005", "4012-8888-8888-1881", "440524 19880101 0014", "44052418800101001X", "110105 19491231 002X", "1101 0519 4912 3100 2x", "110105-19491231-002X",
		"440524 1988 0101 0014", "139加1234加5678", "一三九，一二三四，五六七八", "一三9一二三四五六七8", "공일공 구팔칠육 오사삼이", "공일공구팔칠육오사삼이",
		"れいきゅうれい いちにさんよん ごろくななはち", "ゼロキューゼロ イチニーサンヨン ゴーロク", "five five five eight two three nine", "nine eight seven double five two one zero",
		"восемь девятьсот шестнадцать двести тридцать 45 67", "cinco cinco cinco dos tres nueve uno", "sıfır beş üç iki dört beş altı yedi",
		"nol delapan satu dua tiga empat lima", "null eins fünf eins sieben drei neun", "không chín một hai ba bốn năm",
		"noll sju tre fem ett åtta två", "nul zes een acht drie vijf negen", "nula šest dva osm tři pět jedna", "hat három nyolc kettő öt egy kilenc", "nolla viisi kaksi yhdeksän kuusi yksi kolme", "zero șapte doi opt cinci trei unu",
		"μηδέν έξι εννέα δύο επτά πέντε ένα", "אפס חמש שתיים תשע שלוש שבע אחת", "صفر نه یک هفت دو پنج سه", "صفر چھ پانچ نو آٹھ دو تین", "sifuri nne saba tatu sita mbili tisa", "нула шест осам седам два пет један", "ნული ცხრა ორი სამი ხუთი რვა ოთხი", "শূন্য এক নয় দুই সাত পাঁচ তিন", "ศูนย์แปดเก้าหนึ่งห้าสองเจ็ดสามหก",
		"066b968y636", "017t197c64a1",
		"微信号: abc_123", "徽信 xyz789", "VX zhang2024", "加V zhang88", "+薇", "➕V❤", "加V看片", "力口Q", "加q群 abc", "＋ Ｖ", "加微信聊",
		"カカオ ID: foo99", "ライン ID foo99", "LINE ID: foo99", "カカオトーク @foo_bar", "텔레 @foobar", "텔레그램 foo123", "라인 foo123", "카톡 아이디 foobar", "인스타 foo_bar",
		"телега @durov", "тг foo123", "whatsapp: foo77", "my insta is foo.99", "snap: foo_bar9", "discord: foo#1234", "discord foo_bar", "telegram @foobar",
		"add me on snapchat", "dm me on insta", "message me on telegram", "foo_12 on telegram", "🛰+ foo123", "✈️ foo123", "V❤️ kk2233", "❤v: kk2233", "微♥kk2233", "薇💚 kk_22", "进裙 123457", "q君羊: 884213", "群号 7712345", "📞 415 555 26", "我的微信 foo123",
		"ig👉foo_99", "ig/foo_99", "t.g. foo_99", "kakao foo99", "sc: foo_99", "dm me on ig", "schreib mir bei snap", "تواصل معي على انستا", "דברו איתי בטלגרם", "zqfoo#2077 add", "insta ➡️ foo.99", "IG - foo_99", "t-g: foo99", "T.G foo_99", "dis cord: foo_99", "tele gram: foo_99", "т е л е г а foo99", "telegramım: foo99", "tg kanalım foo99",
		"טלגרם: @foo99", "אינסטגרם foo_99", "τηλεγκραμ @foo99", "ινσταγκραμ: foo99", "تيليجرام: foo_99", "واتس اب: foo99", "انستقرام foo_99", "เทเลแกรม: foo99", "ไอจี foo_99", "इंस्टा: foo_99",
		"пиши в телегу foo", "напишите мне в телеграм", "me chama no zap", "escríbeme al insta", "schreib mir auf insta", "ajoute-moi sur snap", "napisz do mnie na insta", "insta ekle",
		"add me foobar#1234", "zqfoo_x#0420", "dm me @foo_99", "link in my bio", "check my profile for link", "link na bio", "ссылка в профиле", "📸: foo_99", "👻 @foo_99",
		"房间号13912345678", "score 13912345678",
	} {
		if v := check(set, text); v.Action == comment.Pass {
			t.Errorf("%q passes", text)
		}
	}
	for _, text := range []string{
		"房间号12893746", "房号 23905811", "播放量2389471", "播放 4381229", "点赞数9283746", "room 9283746", "room: 1983746", "score 9283746", "seed 829374651",
		"再生数2389471", "조회수 2389471", "방번호 2389471", "просмотров 2389471", "1 2 3 4 5 6 7", "7 6 5 4 3 2 1", "1 2 1 1 3 2 1", "1234567", "7654321",
		"都是1234567", "2147483647", "4294967295", "16777216", "134217728", "299792458", "314159265", "271828182", "1145141919", "123123123",
		"321 321 1234567", "2024-11-28", "20241128", "28.11.2024 20:15", "21:19 21:17 21:15", "3:2 2:1", "123456+654321=777777", "1234567+1=1234568", "+1 +1 +1",
		"+100 +200 +300", "群里666666", "进群666666", "裙子 123456 元", "一群100000人", "我❤v8引擎", "❤ v1beta3", "love ❤ windows2000", "微❤", "八七六五四三二一", "一二三四五六七", "一二三四，二二三四", "one two three four five six seven", "ten nine eight seven six five four three two one",
		"six seven six seven six seven", "one two one two one two one two", "uno dos tres cuatro cinco seis siete", "một hai ba bốn năm sáu bảy", "en två tre fyra fem sex sju", "אחת שתיים שלוש ארבע חמש שש שבע", "ένα δύο τρία τέσσερα πέντε έξι επτά", "یک دو سه چهار پنج شش هفت", "egy kettő három négy öt hat hét", "หนึ่งสองสามสี่ห้าหกเจ็ดแปดเก้า",
		"sex till fem en lördag", "to be or not to be", "een twee drie", "100k200k300k", "800m400m200m", "138x123x567", "a1b2c3d4e5", "사과 일곱 개", "일이삼사오육칠팔구", "いちにさんよんごろくななはちきゅう",
		"discord is down", "discord server when", "i love telegram", "line 12", "加油", "加V认证", "c + v", "ctrl+v", "1+v", "a+q", "加微糖", "加群主", "微信支付", "telegram channel",
		"link in bio?", "my bio is short", "i saw your profile pic", "on my profile it says 5", "on my bio test", "issue#1234", "room#1234", "color #1234", "F#4 is high", "C#1 note", "📸 cheese", "👻 boo", "thanks @foo_99", "@foo_99 you are funny",
		"пиши в чат", "пишите в комментарии", "schreib mir nicht", "escribeme pronto", "me chama de novo", "ajoute du sel", "ekle bunu", "instadan gördüm", "инста упала", "a n d w h a t", "me on it", "ig so", "add # 1", "تواصل مع الدعم", "דברו לאט", "moja mbili tatu nne tano sita saba", "t g i f", "вк фест 2024", "line → 2", "dc - marvel", "ig - same", "snap 👉 there",
		"tele zoom", "instagram stories", "follow me for more", "kik off", "qq bot", "vx ray", "the line is long", "in line with that", "snap out of it", "signal: strong",
		"steam is down", "email support", "VK fest", "wx weather", "我用微信", "カカオ70%チョコ", "ライン超え", "라인 좋다", "텔레비전 봐", "인스타 감성",
		"discord mod moment", "tiktok brain", "whatsapp web", "1080p60 1440p", "1920x1080", "GTX 1660 RTX 4090", "HP 12345/67890", "lvl 99 hp 999999", "12345678 steps", "3840 2160 1440",
		"ライブは20:00から", "3000 4000 5000", "2.5 million", "10,000,000", "1.234.567,89",
	} {
		if v := check(set, text); v.Action != comment.Pass {
			t.Errorf("%q: %v by %s, %s", text, v.Action, v.Rule, v.Detail)
		}
	}
}

// Texts that lead to a person, in several languages, and harmless texts about places.
func TestPrivate(t *testing.T) {
	set := compileQuiet("")
	for _, text := range []string{
		"海淀区中关村大街27号", "上海市浦东新区世纪大道100号", "3栋2单元502", "12号楼3单元501室", "南京西路1266号3栋", "住在解放路88号", "地址：人民路三十二号",
		"沪B·12345", "粤A88888", "车牌号 鲁C 1A234", "粤B12345D", "品川300 あ 12-34", "번호판 12가 3456",
		"渋谷区神南一丁目19番", "大阪市北区梅田3-1-3", "〒150-0041", "自宅は神南1-19-11", "부산시 해운대구 우동로 45", "서울특별시 종로구 세종대로 175", "한빛아파트 101동 1203호",
		"lives at 742 Evergreen Terrace", "his address is 10 Downing Street", "she lives on 5 Elm St", "home: 1600 Pennsylvania Ave", "12 Oak Road, Apt 4",
		"wohnt in der Lindenstraße 12", "il habite 12 rue de Rivoli", "vive en calle Mayor 14", "живёт на ул. Ленина 25", "ул. Мира, д. 5, кв. 12",
		"40.712776,-74.005974", "35.6586 139.7454", "48.858370, 2.294481", "35°39'31\"N 139°44'43\"E", "DE89370400440532013000", "GB29 NWBK 6016 1331 9268 19",
		"ssn 078-05-1120", "078-05-1120", "passport AB1234567", "паспорт 4509 654321", "900101-2345678", "123.456.789-09", "his ip is 84.12.9.77", "护照 E12345678",
	} {
		if v := check(set, text); v.Action == comment.Pass {
			t.Errorf("%q passes", text)
		}
	}
	for _, text := range []string{
		"我住在北京", "去南京路逛街", "地铁2号线", "3号楼", "他是1号", "第3单元", "5路公交", "三里屯好玩", "区别就是1号位强", "市场价100", "京都2024", "京A", "新a4纸", "云3倍速",
		"新宿で会おう", "渋谷区は広い", "大阪3-1勝利", "3丁目の夕日", "市長選2024", "서울시 최고", "강남구 1위", "서울시 인구 900만", "대구 2대1 승", "다시 가로 3",
		"meet at 5 on the way", "at 10 in the way", "lives 3 hours away", "5 star drive", "home 2 away 1", "at 221 kills", "10 Downing Street is famous", "route 66", "wohnt in Berlin 3",
		"il habite a Paris", "3.14159, yes", "0.0001 0.0002", "1.2345 vs 6.7", "2024-11-28", "version 1.2.3", "ip 192.168.1.1", "192.168.1.1", "GB29 is a bus", "plate of 12 eggs",
		"sin 30", "passport control 3", "区块链2024号", "县城3号厅", "120-110 123-45",
	} {
		if v := check(set, text); v.Action != comment.Pass {
			t.Errorf("%q: %v by %s, %s", text, v.Action, v.Rule, v.Detail)
		}
	}
}

func TestLinksByRoom(t *testing.T) {
	c := moderation.New(moderation.Options{})
	open, shut := room.New("a"), room.New("b")
	open.URLs = room.URLsAllowed
	for _, text := range []string{"see example.com", "https://x.yz/1", "t.me/room", "me at a.b@example.org"} {
		if v := c.CheckText(text, open); v.Action != comment.Pass {
			t.Errorf("%s in an open room: %+v", text, v)
		}
		if v := c.CheckText(text, shut); v.Action != comment.Refuse || v.Rule != "links" {
			t.Errorf("%s: %+v", text, v)
		}
	}
}

// URLs with another sign for the dot, with a space beside it, and with look-alike letters; and
// texts that only look similar.
func TestLinkWritings(t *testing.T) {
	set := compileQuiet("")
	for _, text := range []string{
		"evil.cοm", "еvil.com", "еvіl.соm", "shop.ｃｏｍ", "evil.c0m", "evil.n3t/x", "see evil.0rg",
		"vewrs .com", "evil. com", "evil . com", "vewrs .com now", "join evil. net", "evil .xyz", "casino777 .ru",
		"evil(dot)com", "evil [dot] com", "evil {.} com", "evil (.) net", "evil-dot-com", "evil dot com", "evil点com", "evil punto com",
		"evil,com", "evil，com", "evil、com", "evil•com", "evil · com", "evil*com", "evil..com", "evil●com",
		"www evil com", "www,evil,com", "hxxp://evil.example", "hxxps://evil.example/a", "steam://run/1", "javascript:alert(2)",
		"freebets.win", "hotgirls.live", "casino24.top", "abc123.me", "shop88.vip", "https://t.me/x", "看这里evil.com看这里", "evil.中国",
		"百度.公司", "заходи на музыка.рф", "네이버.한국", "例え.コム", "музыка．рф", "(музыка.рф/старт)", "evil d0t com", "evil ドット com", "evil точка ru", "evil닷com",
		"bit,ly/abc12", "t,me/abc", "evil,com/free",
		// seldom endings, alone, with a page, or behind another dot
		"abc.win", "go to abc.bet", "zxq.live now", "evil.casino", "rb.gy/ab12", "linktr.ee/abc", "betking .gg", "jokerslot . cam", "b e s t o d d s . w i n",
		// other signs and words for the dot
		"evil🔴com", "evil⏺net", "evil⦁xyz", "evil٫net", "evil۔org", `evil"."com`, "luckyspin•casino", "evil[.]bet", "185[.]12[.]34[.]56", "evilD0Tcom", "evil(точка)org",
		"evil נקודה com", "evil نقطة com", "evil จุด com", "evil डॉट net", "evil τελεία org", "evil chấm com", "evil डॉट कॉम", "evil tečka com",
		// machines, and names written in ASCII
		"join 91.203.5.117", "[2001:db8::1]", "xn--80ak6aa92e.com", "xn--90ais now",
		"joe arroba hotmail", "joe@gmail", "joe at gmail", "вася собака мейл", "abc [at] proton [dot] me",
	} {
		if v := check(set, text); v.Rule != "links" || v.Action == comment.Pass {
			t.Errorf("%q: %v by %s", text, v.Action, v.Rule)
		}
	}
	for _, text := range []string{
		"78.中国人的血统", "1.中国 2.日本", "2.tv 3.pc", "gg。中国加油", "the .com bubble", "i like .net", "learning .net core", "asp.net",
		"ok.so what", "hello.world", "no.my friend", "hi.to all", "good game. gg", "wait. what", "legal. com certeza", "sim, com certeza",
		"sim,com certeza", "vou com vc", "yes, net worth", "red, net and ball", "on the net", "dot com boom", "3.14", "v1.2.3", "Vue.js",
		"a*b = c", "1·2·3", "哈哈·com", "I was on tv. tv is great", "more. info below", "point taken", "no point complaining", "one,two,three",
		"そうだ。com", ":// ", "T.T", "o.o", "Dr.Dre", "and/or", "mr.live", "im.live", "Mr. Top", "best.game ever",
		"今天没去.公司", "我很累。公司加班", "去公司.公司里没人", "加油.中国", "вот и точка", "привет.как дела", "он ушёл.сайт упал", "1.рф", "yes,me", "him,me/her", "1점 com", "그래.한국 이겼다",
		"hello.world", "gera um ficheiro .NET .resources", "so.fun", "1.win 2.lose", "win.win situation", "ok.fun", "gg.live and more", "window.top", "main.rs/lib", "readme.md/intro", "nice .top play", "wait . best song",
		"amor 🔴 com força", "amo🔴com você", "chrome 124.0.6367.91", "192.168.1.1", "10.20.40.60", "127.0.0.1", "255.255.255.0", "8.8.8.8", "v22.11.14.0", "sốt chấm cơm", "a . b . c", "f (x.y) g",
		"he works at google", "собака лает", "@gmail why", "(.)(.)", "d(.)b",
	} {
		if v := check(set, text); v.Action != comment.Pass {
			t.Errorf("%q: %v by %s: %s", text, v.Action, v.Rule, v.Word)
		}
	}
}

func TestNames(t *testing.T) {
	c := moderation.New(moderation.Options{})
	if err := c.SetLists([]rules.List{{Name: "l", Text: "fuck\n傻逼\nmeow => mask", On: true}}); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, text string
		want       comment.Action
		inName     bool
		shown      string // name and text of a mask
	}{
		{"Ann", "hello", comment.Pass, false, ""},
		{"f.u.c.k", "hello", comment.Hold, true, ""},
		{"ＦＵＣＫ", "hello", comment.Refuse, true, ""},
		{"fu", "ck", comment.Hold, false, ""},
		{"傻", "逼", comment.Hold, false, ""},
		{"Ann", "meow", comment.Mask, false, "Ann|****"},
		{"meow", "hello", comment.Mask, true, "****|hello"},
		{"meow", "meow", comment.Mask, false, "****|****"},
		{"www.example.com", "hello", comment.Refuse, true, ""},
		{"\u202eabc", "hello", comment.Refuse, true, ""},
	}
	for _, tt := range tests {
		v := c.Check(comment.Draft{Text: tt.text, Name: tt.name, At: time.Now()}, room.New("r"))
		if v.Action != tt.want || v.InName != tt.inName || tt.shown != "" && v.Name+"|"+v.Text != tt.shown {
			t.Errorf("%q says %q: %+v", tt.name, tt.text, v)
		}
	}
}

// author sends comments to a chain at chosen moments.
type author struct {
	t     *testing.T
	chain *moderation.Chain
	room  room.Room
	start time.Time
}

func (a author) send(second float64, d comment.Draft) comment.Verdict {
	return a.sendTo(true, second, d)
}

// sendUnkept sends while the log is busy, so that the comment is not kept.
func (a author) sendUnkept(second float64, d comment.Draft) comment.Verdict {
	return a.sendTo(false, second, d)
}

// sendTo sends to a log that keeps the comment, or does not.
func (a author) sendTo(kept bool, second float64, d comment.Draft) comment.Verdict {
	d.Room = a.room.ID
	d.At = a.start.Add(time.Duration(second * float64(time.Second)))
	v := a.chain.Check(d, a.room)
	a.chain.OnCommitted(d, v, kept)
	return v
}

func (a author) wantRule(v comment.Verdict, rule string) {
	a.t.Helper()
	if v.Rule != rule {
		a.t.Errorf("%v by %q (%s), want %q", v.Action, v.Rule, v.Detail, rule)
	}
}

func newAuthor(t *testing.T) author {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	return author{t, moderation.New(moderation.Options{Clock: func() time.Time { return start }}), room.New("r"), start}
}

func TestDuplicates(t *testing.T) {
	p := newAuthor(t)
	hello := comment.Draft{User: "u", Text: "Hello there", Ref: "1"}
	p.wantRule(p.send(0, hello), "")
	p.wantRule(p.send(1, hello), "") // the same sending again, as after an answer of busy
	p.wantRule(p.send(2, comment.Draft{User: "u", Text: "ＨＥＬＬＯ  there", Ref: "2"}), "duplicate")
	p.wantRule(p.send(3, comment.Draft{User: "v", Text: "Hello there"}), "")
	p.wantRule(p.send(4, comment.Draft{User: "u", Text: "Hello there 2"}), "")
	p.wantRule(p.send(5, comment.Draft{User: "u", Text: "666"}), "")
	p.wantRule(p.send(6, comment.Draft{User: "u", Text: "667"}), "")
	p.wantRule(p.send(7, comment.Draft{User: "u", Text: "!!!"}), "")
	p.wantRule(p.send(8, comment.Draft{User: "u", Text: "???"}), "")
	p.wantRule(p.send(9, comment.Draft{User: "w", Text: "fuck"}), "starter")
	p.wantRule(p.send(10, comment.Draft{User: "w", Text: "fuck"}), "starter") // a refused comment was never said
	p.wantRule(p.send(40, comment.Draft{User: "u", Text: "Hello there", Ref: "3"}), "")
	p.wantRule(p.send(41, comment.Draft{User: "u", Text: "Hello there", Source: comment.FromReplay}), "")
	p.wantRule(p.send(41, comment.Draft{User: "u", Text: "Hello there", Badge: comment.BadgeModerator}), "")
}

// A comment that the log did not accept was never said, with and without a ref; while it is in
// flight it counts.
func TestUnstoredCommentsAreForgotten(t *testing.T) {
	p := newAuthor(t)
	p.room.Slow = room.Millis(10 * time.Second)
	hello := comment.Draft{Room: "r", User: "u", Text: "Hello there"}
	p.wantRule(p.sendUnkept(0, hello), "")
	p.wantRule(p.sendUnkept(1, hello), "")
	p.wantRule(p.send(2, hello), "")
	p.wantRule(p.send(3, comment.Draft{User: "u", Text: "something else"}), comment.RuleSlow)
	p.room.Slow = 0
	p.wantRule(p.send(4, hello), "duplicate")
	p.wantRule(p.sendUnkept(4, comment.Draft{User: "u", Text: "Hello there"}), "duplicate") // a refused one resets nothing
	p.wantRule(p.send(5, hello), "duplicate")

	// Two at once: the second is a repetition until the first has failed.
	d := comment.Draft{Room: "r", User: "v", Text: "at once", At: p.start.Add(6 * time.Second)}
	first := p.chain.Check(d, p.room)
	d2 := d
	d2.At = d2.At.Add(time.Millisecond)
	p.wantRule(first, "")
	p.wantRule(p.chain.Check(d2, p.room), "duplicate")
	p.chain.OnCommitted(d, first, false)
	p.wantRule(p.chain.Check(d2, p.room), "")

	// Nor does it count as a fragment of a word, or as anybody's first comment.
	for i, piece := range []string{"f", "u", "c"} {
		p.wantRule(p.sendUnkept(20+float64(i), comment.Draft{User: "w", Text: piece}), "")
	}
	p.wantRule(p.send(24, comment.Draft{User: "w", Text: "k"}), "")
	p.room.Newcomers = room.NewcomersHeld
	identity := p.start.Add(5 * time.Second)
	p.room.Newcomers = ""
	p.wantRule(p.sendUnkept(30, comment.Draft{User: "x", Text: "one", Identity: identity}), "")
	p.room.Newcomers = room.NewcomersHeld
	p.wantRule(p.send(90, comment.Draft{User: "x", Text: "two", Identity: identity}), "newcomer")
}

func TestSlowMode(t *testing.T) {
	p := newAuthor(t)
	p.room.Slow = room.Millis(10 * time.Second)
	p.wantRule(p.send(0, comment.Draft{User: "u", Text: "one", Ref: "1"}), "")
	v := p.send(4, comment.Draft{User: "u", Text: "two", Ref: "2"})
	p.wantRule(v, comment.RuleSlow)
	if v.Wait != 6*time.Second {
		t.Errorf("wait %v, want 6 s", v.Wait)
	}
	p.wantRule(p.send(5, comment.Draft{User: "u", Text: "one", Ref: "1"}), "")
	p.wantRule(p.send(5, comment.Draft{User: "v", Text: "two"}), "")
	p.wantRule(p.send(6, comment.Draft{User: "u", Text: "three", Badge: comment.BadgeOwner}), "")
	p.wantRule(p.send(16, comment.Draft{User: "u", Text: "four"}), "")
}

func TestNewcomers(t *testing.T) {
	p := newAuthor(t)
	identity := p.start.Add(5 * time.Second)
	p.wantRule(p.send(6, comment.Draft{User: "u", Text: "one", Identity: identity}), "")
	p.room.Newcomers = room.NewcomersHeld
	p.wantRule(p.send(7, comment.Draft{User: "u", Text: "two", Identity: identity}), "newcomer")
	p.wantRule(p.send(70, comment.Draft{User: "u", Text: "three", Identity: identity}), "") // one was shown
	p.wantRule(p.send(71, comment.Draft{User: "v", Text: "one", Identity: identity}), "newcomer")
	p.wantRule(p.send(72, comment.Draft{User: "v", Text: "two", Identity: identity}), "newcomer")
	p.chain.Welcome("r", "v")
	p.wantRule(p.send(73, comment.Draft{User: "v", Text: "three", Identity: identity}), "")
	p.chain.Welcome("r", "young")
	p.wantRule(p.send(73, comment.Draft{User: "young", Text: "one", Identity: p.start.Add(70 * time.Second)}), "")
	p.wantRule(p.send(74, comment.Draft{User: "young", Text: "two", Identity: p.start.Add(70 * time.Second)}), "")
	p.wantRule(p.send(74, comment.Draft{User: "w", Text: "one", Identity: p.start.Add(-time.Hour)}), "") // from before a restart
}

func TestRaids(t *testing.T) {
	p := newAuthor(t)
	p.room.URLs = room.URLsAllowed
	for i, u := range []string{"a", "b", "c", "d", "e", "f"} {
		v := p.send(float64(i), comment.Draft{User: u, Text: "come to example.com"})
		want := ""
		if i >= 4 {
			want = moderation.RuleRaid
		}
		p.wantRule(v, want)
		p.wantRule(p.send(float64(i), comment.Draft{User: u, Text: "哈哈哈哈"}), "") // a wave of cheers
	}
	// A counter and other words do not evade it, wherever they are.
	for i, text := range []string{"1 evil.com", "evil.com/2", "look evil.com?3", "www.evil.com#4", "a5.evil.com/x", "https://b6.evil.com"} {
		want := ""
		if i >= 4 {
			want = moderation.RuleRaid
		}
		p.wantRule(p.send(50+float64(i), comment.Draft{User: strconv.Itoa(i), Text: text}), want)
	}
	for i := range 6 { // different pages of a shared site are no raid
		p.wantRule(p.send(70+float64(i), comment.Draft{User: strconv.Itoa(i), Text: "youtu.be/" + strings.Repeat(string(rune('a'+i)), 5)}), "")
	}
	for i, u := range []string{"a", "b", "c", "d", "e", "f"} { // slowly sent, it is no raid
		p.wantRule(p.send(100+5*float64(i), comment.Draft{User: u, Text: "come to example.org"}), "")
	}
}

// A platform's chat is one voice, however many of its authors say the same; it adds to the
// voices of our own page.
func TestAPlatformsChatIsNoRaid(t *testing.T) {
	p := newAuthor(t)
	p.room.URLs = room.URLsAllowed
	foreign := func(i int, chat, text string) comment.Draft {
		return comment.Draft{User: fmt.Sprint("f", i), Text: text, Chat: chat, Source: comment.FromTwitch}
	}
	for i := range 20 {
		p.wantRule(p.send(float64(i)/10, foreign(i, "c1", "clips on example.com")), "")
	}
	for i := range 20 { // by a program
		p.wantRule(p.send(20+float64(i)/10, comment.Draft{User: fmt.Sprint("y", i), Text: "look at example.net", Source: comment.FromYouTube, Link: 3}), "")
	}
	for i := range 5 { // five chats send it
		want := ""
		if i == 4 {
			want = moderation.RuleRaid
		}
		p.wantRule(p.send(40+float64(i)/10, foreign(i, fmt.Sprint("c", i), "come to evil.com")), want)
	}
	p.wantRule(p.send(60, foreign(1, "c1", "come to bad.com")), "")
	for i := range 4 {
		want := ""
		if i == 3 {
			want = moderation.RuleRaid
		}
		p.wantRule(p.send(61+float64(i)/10, comment.Draft{User: fmt.Sprint("p", i), Text: "bad.com"}), want)
	}
}

// Words, URLs and numbers over several comments and with the name, with another comment
// between; and harmless texts of quizzes and scores.
func TestEntriesOverSeveralComments(t *testing.T) {
	stopped := [][]string{
		{"f", "u", "c", "k"}, {"fu", "lol", "ck"}, {"傻", "哈", "逼"}, {"t.me", "/abc"}, {"t.", "me/", "abc"}, {"evil", ".com"}, {"evil.", "com"},
		{"138", "0013", "8001"}, {"13800", "138001"}, {"+49", "15112345678"}, {"090", "1234", "5678"}, {"name:evil", ".com"}, {"name:t.me", "/abc"}, {"name:139", "12345678"},
		{"vx", "abc_123"}, {"我的微信", "abc_123"}, {"vx", "哈哈", "abc_123"}, {"my telegram", "foo_bar9"}, {"LINE ID", "foo99bar"}, {"手机号", "5551234"}, {"qq", "84729163"}, {"name:加V", "zhang88"},
	}
	for _, said := range stopped {
		if last, _ := sendAll(t, said); last.Action == comment.Pass {
			t.Errorf("%q: the last one passes", said)
		}
	}
	for _, said := range [][]string{
		{"s", "b"}, {"A", "s", "s"}, {"b", "c", "a", "d"}, {"10", "9", "8", "7", "6", "5", "4", "3", "2", "1"}, {"100", "200", "300"}, {"1", "3", "2", "4", "1", "2", "3"},
		{"ok", "so", "yes"}, {"1.", "2."}, {"233", "666", "233"}, {"gg", "wp", "com"}, {"name:user1998", "666"}, {"name:tom", "com"}, {"name:草莓", "好吃"}, {"name:小傻", "你好"}, {"name:裸奔", "来了"},
		{"2024", "1128"}, {"1280", "720"}, {"qq", "66666"}, {"vx", "hello"}, {"qq", "233333"}, {"discord", "nice"}, {"微信", "66666"}, {"steam", "game123"}, {"phone", "iphone15"}, {"line", "top1"},
	} {
		for _, v := range func() []comment.Verdict { _, all := sendAll(t, said); return all }() {
			if v.Action != comment.Pass {
				t.Errorf("%q: %v by %s, %s", said, v.Action, v.Rule, v.Word)
			}
		}
	}
}

// sendAll sends texts one after another, where "name:…" sets the author, and returns the
// verdict of the last and of all.
func sendAll(t *testing.T, texts []string) (last comment.Verdict, all []comment.Verdict) {
	t.Helper()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	c := moderation.New(moderation.Options{Clock: func() time.Time { return start }})
	if err := c.SetLists([]rules.List{{Name: "l", Text: "fuck\n傻逼\nass\nsb", On: true}}); err != nil {
		t.Fatal(err)
	}
	setup, name := room.New("r"), ""
	if n, ok := strings.CutPrefix(texts[0], "name:"); ok {
		name, texts = n, texts[1:]
	}
	for i, text := range texts {
		d := comment.Draft{Room: "r", User: "u", Name: name, Text: text, Ref: strconv.Itoa(i), Identity: start.Add(-time.Hour), At: start.Add(time.Duration(i) * time.Second)}
		last = c.Check(d, setup)
		if last.Rule == comment.RuleDuplicate {
			continue
		}
		c.OnCommitted(d, last, true)
		all = append(all, last)
	}
	return last, all
}

// A million authors use no more memory than two generations, and that stays below 64 MB.
func TestMillionAuthors(t *testing.T) {
	testrace.Skip(t)
	if testing.Short() {
		t.Skip("-short: this test computes for seconds")
	}
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	c := moderation.New(moderation.Options{Clock: func() time.Time { return start }})
	setup := room.New("r")
	setup.Slow, setup.Newcomers, setup.URLs = room.Millis(time.Second), room.NewcomersHeld, room.URLsAllowed
	heap := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before, most := heap(), int64(0)
	for i := range 1_000_000 {
		d := comment.Draft{Room: "r", User: "user" + strconv.Itoa(i), Text: "hi", Identity: start.Add(-time.Hour), At: start.Add(time.Duration(i) * time.Microsecond)}
		if i%16 == 0 {
			d.Text = "example" + strconv.Itoa(i) + ".com/"
		}
		v := c.Check(d, setup)
		if v.Action != comment.Pass {
			t.Fatalf("author %d: %+v", i, v)
		}
		c.OnCommitted(d, v, true)
		if i%50_000 == 49_999 {
			most = max(most, heap()-before)
		}
	}
	if got, bound := moderation.Remembered(c), 2*(3*moderation.DefaultKeys+2*moderation.DefaultKeys/8); got > bound {
		t.Errorf("%d keys are remembered, at most %d may be", got, bound)
	}
	t.Logf("at most %.1f MB", float64(most)/1e6)
	if most > 64e6 {
		t.Errorf("%d bytes are held, at most 64 MB may be", most)
	}
	runtime.KeepAlive(c)
}
