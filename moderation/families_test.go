package moderation_test

import (
	"testing"

	"danmaku/comment"
	"danmaku/moderation"
	"danmaku/room"
)

// families are disguises by the mechanism that sees through them, each with texts beside it
// that must pass.
var families = []struct {
	name, words     string
	stopped, passed []string
}{
	{
		"an apostrophe inside a word", "fuck\nshit*\nhell\ncock\nbitch*",
		[]string{"fu'ck", "sh’it", "bi`tch", "f'u'c'k"},
		[]string{"he'll go", "we’ll see", "fo'c's'le", "d'accord", "c'est l'hiver", "Shi'a"},
	},
	{
		"a digit inside a word", "сука\nfuck\n*хуй*\nass",
		[]string{"су1ка", "fu1ck", "1сука1"},
		[]string{"а1с", "a1ss1st", "ту154", "b4 u go"},
	},
	{
		"syllables of Devanagari apart", "चूतिया",
		[]string{"चू ति या", "चू.ति.या"},
		[]string{"चू हा ति", "चुनाव या"},
	},
	{
		"parts of ideographs, ornaments and letters of other scripts between ideographs", "傻逼\n操你妈\n死ね\n私服",
		[]string{"傻灬逼", "傻亻逼", "操彡你彡妈", "傻ღ逼", "傻ஐ逼", "死ーね", "死ーーーーね"},
		[]string{"我灬爱灬你", "灬体操灬", "ღ爱ღ", "私の服", "꧁王者꧂"},
	},
	{
		"entries of ideographs from the end", "操你妈\n王八蛋\n法轮功",
		[]string{"妈你操", "蛋八王", "功轮法"},
		[]string{"妈你操心什么", "妈你操作一下", "轮法功"},
	},
	{
		"a word several times without a space", "nmsl\nfag\nsb",
		[]string{"NMSLNMSL", "nmslnmslnmsl", "fagfag"},
		[]string{"nmslnm", "nmslx", "fagfagin", "sbsbs", "banana"},
	},
	{
		"one syllable of pinyin that another language has, too", "脑残\n代练\n卖淫\n操你妈\n做爱",
		[]string{"脑can", "dai练", "mai淫", "做ai"},
		[]string{"脑CAN", "脑can do", "做AI绘画", "我在做AI", "大脑can"},
	},
	{
		"syllables of Bopomofo without a vowel letter", "白痴\n滚蛋\n废物\n弱智",
		[]string{"ㄅㄞˊㄔ", "ㄍㄨㄣˇ蛋", "廢ㄨˋ", "ㄖㄨㄛˋㄓˋ"},
		[]string{"ㄅㄞˊㄊ", "ㄉㄨˋ", "ㄏㄏㄏ"},
	},
	{
		"Latin letters for kana", "ちんこ\nまんこ\nセックス",
		[]string{"ちｎこ", "まnこ", "せｘくす", "セxクス"},
		[]string{"ちmこ", "まnn", "せいxくす", "nこn"},
	},
	{
		"Korean syllables in Latin letters beside others", "시발\n병신\n카지노\n미친놈\n자살 @exact",
		[]string{"si발", "시bal", "병shin", "카지no", "미친nom", "야 시bal"},
		[]string{"시ball게임", "다시bal", "BTS발", "카지NO", "자sal", "bal시"},
	},
	{
		"kana in Latin letters", "ちんこ\nきもい\nセックス\nおっぱい\nオナニー\nバカ\nおちゃめ\nマンコ @exact",
		[]string{"chinko", "tinko", "t1nk0", "kimoi", "KIMOI", "sekkusu", "sekusu", "oppai", "onanii", "ochame", "otyame"},
		[]string{"manko", "baka", "chin", "sekunda", "Kimoi Tanaka", "sexus", "opai"},
	},
	{
		"kana with the same sound", "ガイジ\nクズ",
		[]string{"ガイヂ", "がいぢ"},
		[]string{"ガイド", "ちかぢか"},
	},
	{
		"small letters above others", "fuck\nshit*\nporn*",
		[]string{"fͧͨk", "sͪͥͭ", "pͦͬn", "shiͭ"},
		[]string{"aͤ", "hͣpp"},
	},
	{
		"text in a mirror", "fuck\nshit*\nbitch*",
		[]string{"ʞɔuꟻ", "ƚiʜƨ", "ʜɔƚid"},
		[]string{"KoЯn", "gözəl", "ɒ"},
	},
	{
		"letters of fancy alphabets", "fuck\nshit*\nbitch*\ndick",
		[]string{"ᏰᎥᏖፈᏂ", "fꐇꉓꀘ", "ֆɦɨȶ", "ᠻꪊᥴᛕ", "乃ﾉｲᄃん", "ᖙᓰᑢᖽ", "Ꭶ∪ck"},
		[]string{"ꋠꐇ", "ᏣᎳᎩ", "አማርኛ", "ﾉｼ", "ｷﾀ"},
	},
	{
		"only signs", "ass\ntit\nshit*\n*fuck*\nclit\nhill",
		[]string{"@$$", "you @$$", "$#!7", "|=|_|(|<", "$|-|!+"},
		[]string{"$$$", "@_@ $_$", "@@$", "+!+", "@#$!", "#!/bin", "$ # ! 7", "#||!", "(|!+)"},
	},
	{
		"all letters masked before an ending", "*fuck*\nshit*",
		[]string{"f***ing", "f***ed", "s***er"},
		[]string{"f***", "f*ing", "****ing", "2***er", "f***x"},
	},
	{
		"a word apart between two equal letters", "nigger*\nbullshit\nkill yourself\nass",
		[]string{"nig ger", "bul lshit", "kil l yourself"},
		[]string{"big german", "nig", "as soon", "kill us"},
	},
	{
		"initials of a phrase with one more", "cnm\nnmsl",
		[]string{"c n m b", "C N M B", "n m s l a"},
		[]string{"c n n b", "a c n m b d", "n m"},
	},
	{
		"letters like dashes between letters", "nmsl\nfuck",
		[]string{"nㅡmㅡsㅡl", "fㅡuㅡcㅡk", "f一u一c一k"},
		[]string{"fㅡu", "n一m"},
	},
	{
		"Korean letters that are two", "ㅂㅅ\n병신",
		[]string{"ㅄ", "ㅄ아", "이 ㅄ"},
		[]string{"없", "값", "ㅀ", "ㄳ"},
	},
	{
		"characters that are read as another beside certain ones", "微信\nちんこ\nガイジ\n出会い系",
		[]string{"V信 abc", "v信", "ちん子", "ガイ児", "ガイ兒", "出合い系", "出逢い系"},
		[]string{"V 信", "信じる", "それはw信じる", "女の子", "ない児童", "出合", "気が合い系"},
	},
	{
		"katakana before hiragana that sound like another word", "クズ\nバカ",
		[]string{"クズした", "このバカまで", "バカずっと", "おまえバカさん"},
		[]string{"崩した", "バカンス", "パチンコ"},
	},
	{
		"words of many languages that sound like an insult", "nigger*\nfick*\nporra\nkontol\nslut*\nкурва\nđĩ\n口交\n贱人\n援交\n二逼\n꺼져\nバカ\nクズ\nブス",
		[]string{"nigor", "ficken", "flíck", "口胶", "바보 꺼져", "バカだ", "くずだ", "ブスだ"},
		[]string{
			"nager", "neigen", "Flickwerk", "fika", "borra", "konsol", "žlutý", "đi!", "không đi!",
			"扣缴", "香口胶", "剑刃", "圆角", "耳鼻喉科", "할 거죠", "것처럼", "バカルディ", "バカウケ", "くずきり", "ブスケツ",
		},
	},
	{
		"text turned round", "cunt\nfuck",
		[]string{"ʇunɔ", "ʞɔnɟ", "ʞɔnℲ"},
		[]string{"¿que punk?", "Λ punk", "¡nuevo punk!"},
	},
	{
		"other forms of an ideograph", "操你妈\n强奸\n贱人\n约炮",
		[]string{"操您妈", "操祢媽", "彊姦", "賎人", "約礮"},
		[]string{"您妈妈", "强健"},
	},
	{
		"a dotless i of Turkish is no turned letter", "siktir*\nshit*",
		[]string{"ʇıɥs", "sıktır", "siktir"},
		[]string{"sıktı", "çok sıktı", "canım sıktı", "sıktın"},
	},
	{
		"one consonant apart from its word", "*fuck*\ndick\nbitch*\nslut*\ncunt\nshit*\ntits\nputa",
		[]string{"f uck", "f ucking", "dic k", "bitc h", "slu t", "c unt", "cun t", "f'uck", "p uta madre"},
		[]string{"he s hit", "s hit", "t its", "d uck", "a duck f", "f un", "por t", "vitamin c"},
	},
	{
		"ch with a letter doubled or added", "bitch*",
		[]string{"bittch", "bitcch", "bitsch"},
		[]string{"betucht", "botch", "Bichsel"},
	},
	{
		"letters of both alphabets in one word, by their sounds", "*хуй*\n*пизд*\n*бляд*\nnigger*",
		[]string{"huй", "pizда", "blяdь", "бл9дь", "niггer"},
		[]string{"хit", "Яndex", "bизнес", "USBшник", "9-й"},
	},
	{
		"another vowel in a word with marks", "enculé\nmaricón\nporra\nscheiße",
		[]string{"enculéé", "enculèe", "maricóon"},
		[]string{"p0rk", "n0rra", "Schweiße", "Schleiße"},
	},
	{
		"letters of Devanagari, Arabic and Thai that differ by breath, a dot or a keyboard", "चूतिया\nमादरचोद\nمنيوك\n*เย็ด*\n*เหี้ย*",
		[]string{"चूथिया", "चूऽतिया", "चूतिय़ा", "मादरचॊद", "منیوک", "เย้ด", "เหิ้ย"},
		[]string{"छूट", "चुटिया", "مني", "เย็น", "เหี่ยว", "เยี่ยม"},
	},
	{
		"marks of Vietnamese forgotten in a phrase", "địt mẹ\ncặc\nđụ má",
		[]string{"dit mẹ", "đit me", "сặc"},
		[]string{"đi mẹ", "đi me", "du mà", "du má", "cac"},
	},
	{
		"kana lengthened, hesitated or drawn as ideographs", "オナニー\nカジノ\nセックス\nバカ\nクズ",
		[]string{"オナニィ", "おなに〜", "才ナニー", "カジ丿", "七ックス", "バッカ", "クッズ"},
		[]string{"ばっかり", "バッカス", "文句ばっか", "お何", "七つ"},
	},
	{
		"a character doubled in a longer word", "操你妈\n你妈死了\n王八蛋\n미친놈\n六合彩",
		[]string{"操你你妈", "王八八蛋", "미친친놈"},
		[]string{"你妈妈死了心", "你妈妈", "八八王"},
	},
	{
		"a Korean syllable that begins no everyday word", "좆\n꺼져\n지랄\n섹스\n시발\n창녀\nハゲ",
		[]string{"좆", "좆같네", "좃같은", "좆나", "졷같"},
		[]string{"좋다", "조지다", "쫓아가", "켜져 있어", "쥐라기 공원", "찌라시", "색소", "창녕군", "はげましの言葉", "励まし", "はげます"},
	},
}

func TestFamilies(t *testing.T) {
	for _, f := range families {
		set := compile(t, f.words)
		for _, text := range f.stopped {
			if v := check(set, text); v.Action == comment.Pass {
				t.Errorf("%s: %q %s passes", f.name, text, text)
			}
		}
		for _, text := range f.passed {
			if v := check(set, text); v.Action != comment.Pass {
				t.Errorf("%s: %v %q for %q (%s)", f.name, v.Action, text, v.Word, v.Detail)
			}
		}
	}
}

// Numbers, URLs and addresses in further writings, and numbers that are none.
func TestContactsInOtherWritings(t *testing.T) {
	set := compile(t, "")
	for rule, texts := range map[string][]string{
		"contact": {
			"138a0013b8000", "138我0013爱8000你", "090の1234の5678", "０９０ー１２３４ー５６７８", "(11) 91234-5678", "マイナンバー 123456",
			"薇：abc123", "威:abc_1234", "抖音号abc123", "скайп abc123", "ツイッター @abc_123", "오픈톡 abc123", "cashapp $abc123",
		},
		"links": {
			"看片.com", "测试点com", "youtube com/watch?v=abc", "onlyfans com/abc", "twitch tv/abc", "discordgg/abc", "t dot me slash abc",
			"пример.ру", "example nokta com", "example‧com", "example 닷컴", "example ドット コム", "example точка ком",
		},
		"private": {
			"车牌号粤B12345", "12가 3456", "А123ВС77", "Musterstraße 5, 10115 Berlin", "12 rue de Rivoli 75001 Paris", "Calle de Alcalá 45, 3º B",
			"Тверская улица, дом 7", "г. Москва, ул. Тверская, 7", "ul. Marszałkowska 10, Warszawa", "742 Evergreen ave, Springfield",
			"1600 Pennsylvania Ave NW, Washington, DC 20500", "350 5th Ave, New York", "12 High Street, London SW1A 1AA", "via Roma 10, 00184 Roma",
			"Rua Augusta 1500, São Paulo", "Atatürk Cad. No: 12 Kadıköy", "123 Đường Lê Lợi, Quận 1", "Jl. Sudirman No. 5, Jakarta", "живет на Ленина 10 квартира 5",
			"N35.681236 E139.767125", "北纬39.9042 东经116.4074",
		},
		"": {
			"6-4 3-6 7-6(5)", "6-4 3-6 7-6 6-4", "7-6(7) 6-7(4) 6-3", "Chrome 120.0.6099.109", "10.0.19045.3803", "攻击力12345678",
			"スコア 12345678", "ダメージ12345678", "12345678ポイント", "フォロワー 12345678", "150元2000块1000", "138x1234x5678", "3の4の5",
			"watch tv/movie", "cs gg/wp", "com/net", "什么是.com", "我用了.net", "use com/example", "威：我来了", "抖音号是多少",
			"12시 3000", "12개 3000", "24년 1234", "30도 1200", "20 years on the road, man", "60 minutes st, wait", "улица сезам", "Calle 13 - Residente",
			"ул. Сезам", "Wallstraße 7", "rue 5", "via col vento", "rua 15, beleza", "sokak lezzetleri no 1", "jl berapa no?", "живёт на 3 этаже",
			"4 seasons drive, fm 4 rd", "64 128 256 512", "dpi 400 800 1600", "EAN 4006381333931", "nokta virgül", "ツイッター見た", "it costs $abc", "ру-регион",
		},
	} {
		for _, text := range texts {
			if v := check(set, text); v.Rule != rule {
				t.Errorf("%q: %v by %q (%s), want %q", text, v.Action, v.Rule, v.Detail, rule)
			}
		}
	}
}

// The parts of a number over several comments may be in any digits.
func TestNumbersOverCommentsInOtherDigits(t *testing.T) {
	for _, c := range []struct {
		lines []string
		want  string // the rule
	}{
		{[]string{"a: 一三八", "a: 零零一三", "a: 八零零零"}, "contact"},
		{[]string{"a: ①③⑧", "a: 1234", "a: ⑤⑥⑦⑧"}, "contact"},
		{[]string{"a: １３８", "a: １２３４", "a: ５６７８"}, "contact"},
		{[]string{"a: 一二三", "a: 四五六", "a: 七八九"}, ""},
		{[]string{"a: 六六六", "a: 六六六六", "a: 八八八八"}, ""},
		{[]string{"a: 三", "a: 二", "a: 一"}, ""},
		{[]string{"a: ①", "a: ②③", "a: 四楼"}, ""},
	} {
		if v := sendLines(moderation.New(moderation.Options{}), room.New("r"), c.lines...); v.Rule != c.want {
			t.Errorf("%q: %v by %q, want %q", c.lines, v.Action, v.Rule, c.want)
		}
	}
}
