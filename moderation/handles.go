package moderation

import (
	"regexp"
	"slices"
	"strings"

	"danmaku/moderation/fold"

	"golang.org/x/text/unicode/norm"
)

// Names of messaging services, in the languages of the audience. Those of the second list are
// also words.
const (
	services = `wechat|weixin|whats[ -]?app|watsapp|tele ?gram(?:im|a)?|kakao(?: ?talk)?|snap ?chat|skype|viber|dis ?cord|insta ?gram(?:im)?|insta(?:m|miz)?|kik|zalo|onlyfans|q ?q|v ?x|w ?x|t ?[.-]? ?g\.?|line ?id|icq|` +
		`微信|薇信|威信|徽信|維信|葳信|微訊|v信|wei ?信|薇芯|(?:v|w|微|薇|威|徽|wei) ?[❤♥💚💙🧡💛💜🖤🤍]+|[❤♥💚💙🧡💛💜🖤🤍]+ ?(?:v|w|微|薇)|扣扣|企鹅|抖音|快手|小红书|陌陌|电报|電報|飞机号|支付宝|` +
		`カカオ(?:トーク)?|ライン|ツイッター|インスタ|テレグラム|ディスコ(?:ード)?|スカイプ|` +
		`카카오(?: ?톡)?|카톡|라인|텔레(?:그램)?|인스타(?:그램)?|디스코드|디코|위챗|오픈 ?(?:채팅|톡)|` +
		`телеграмм?[аеу]?|телег[аеиу]|тг|тгк|ска[йи]п|вк|вконтакте|ватсап|вотсап|вацап|ва[йи]бер|инст(?:[аеуы]|аграмм?[аеу]?)?|дискорд|` +
		`τη?ε?λεγκ?ραμ|ινστα(?:γκ?ραμ)?|β[αι]+μπερ|טלגרם|אינסטה|אינסטגרם|וו?אטסאפ|דיסקורד|` +
		`واتس ?[اآ]ب|واتس|تي?لي?[جغق]رام|انستا|انست[قغ]رام|سناب(?:شات)?|ديسكورد|ไลน์|ไอดีไลน์|แอดไลน์|ไอจี|เฟส|เทเลแกรม|टेलीग्राम|व्हाट्सए?ऐ?प|इंस्टा(?:ग्राम)?`
	wordServices = `line|snap|ig|fb|facebook|twitter|tiktok|dc|wa|signal|steam|psn|paypal|cash ?app|venmo|zelle|tele|email|mail|vk|threads|sc`
	pointers     = `👉👇⬇➡➜➤▶📲📩✉🔗`
	handleName   = `@?[a-z0-9][a-z0-9_.#-]{3,}`
)

var (
	// A service, the words between, and a name there.
	account = regexp.MustCompile(`(?:^|[^a-z])(` + services + `|` + wordServices + `)((?:[ :：=@$/\-~→>|–—` + pointers + `]|号码?|號碼?|账号|帳號|同号|(?:id|アカウント|アカ|아이디|계정|ник|аккаунт|user ?name|user|handle|name|account|acc|number|is|me|my|add|at|it|us|es|est|ist|jest|la|minh|hesabim|hesabi|kanalim|kanali|nick|канал|мой|は|는|은|이|가|를|에|로|で|の)(?:$|[^a-z]|[^ -~]))*)(` + handleName + `)(?:$|[^a-z0-9])`)
	// The other way round: message me on insta, abc_12 on telegram.
	writeMe = regexp.MustCompile(`\b(?:add|dm|text|message|msg|pm|hmu|hit me up|contact|write|reach|find me|catch me|chat with me|talk to me)\b.{0,24}\b(?:on|at|in|via|through) (?:my )?(?:` + services + `|snap|ig|fb|signal)\b|(?:^|[^a-z0-9])@?[a-z0-9_.]*[0-9_][a-z0-9_.]* (?:on|at|in|via) (?:` + services + `|snap|ig)\b|\b(?:my|add my|here'?s my) (?:` + services + `|snap|ig|fb)(?: (?:is|name|id|user))*[: ]+` + handleName + `$`)
	// Write to me, in other languages than English, and a service.
	writeMeAbroad = regexp.MustCompile(`(?:^|[^\pL])(?:пиши(?:те)?|напиши(?:те)? мне|добав(?:ь|ляй) меня|escribeme|agregame|me chama|chama|ajoute[ -]moi|ecri[st][ -]moi|schreib mir|adde? mich|scrivimi|aggiungimi|napisz do mnie|dodaj mnie|yaz bana|ekle beni|hubungi(?: aku)?|cari aku|nhan tin)(?: [^ ]+)? (?:на|в|al?|en|por|n[oa]|pelo|sur|auf|bei|in|su|na|di|qua|w) (?:(?:mi|mon|ma|meu|mein) )?(?:` + services + `|zap|whats|snap|ig)(?:$|[^\pL])|(?:` + services + `)(?:d[ae]n|d[ae])? (?:ekle|yaz)(?:$|[^a-z])|(?:تواصلوا|تواصل|راسلني|ضيفني)(?: معي)? (?:على|علي|في) (?:` + services + `)|(?:דברו|דבר|כתבו|כתוב) (?:איתי|אלי|לי) ב(?:` + services + `)`)
	// A name of Discord with its four digits.
	tagged = regexp.MustCompile(`(?:^|[^a-z0-9#])([a-z][a-z0-9_.]{2,20})#[0-9]{4}(?:$|[^a-z0-9])`)
	// A name behind a request to write to it, and where it is to be found.
	nameForMe = regexp.MustCompile(`\b(?:dm|add|pm|msg|text|hmu|message) me(?: at| on)? ?:? ?@[a-z0-9_.]{4}|\b(?:links?|pics|code) (?:is |are )?(?:in|on) my (?:bio|profile)\b|\b(?:check|see|visit|click)(?: out)? my (?:bio|profile)(?:$| for| link| to)|\blink (?:na|en|no) (?:minha |mi |meu )?(?:bio|perfil)\b|\blien dans ma bio\b|\bkanalim profilde\b|ссылк[аи] (?:у меня )?в (?:моем )?профиле|[📸👻🐦] ?[:@] ?@?[a-z0-9_.]{4}`)
	// A character that stands for WeChat, and a name behind a colon.
	weAccount = regexp.MustCompile(`(?:^|[^\p{Han}])[薇威徽葳]\pS? ?[:：] ?@?[a-z][a-z_-]*[0-9_][a-z0-9_-]{2,}`)
	// 加V, +薇, 力口Q: add me, and a short name of the service.
	addMe = regexp.MustCompile(`(?:加|力口|伽|茄|➕|(?:^|[^a-z0-9)\] ] ?)[+]|[^a-z0-9 )\]][+]) ?(?:我|一下|个|個|窝)? ?(?:的)? ?(?:v(?:x|信|❤|心)?|w(?:x|信)|薇(?:信|❤|心|芯)?|微信?|威信?|徽信?|葳信?|q(?:q|群)?|群 ?q+|扣扣|抠抠|企鹅|电报|電報|飞机号|tg|🛰|🐧|💬)(?:$|[^a-z\p{Han}+]|[a-z_]*[0-9_]|[❤🧡💚]|[看聊私同进進领領送拿约約])`)
	// A picture of a telephone or of a service, and a name or a number there.
	pictured = regexp.MustCompile(`(?:🛰|✈|🐧|💬|📞|📱|☎|✆|📲|🛩|绿泡泡|小飞机|纸飞机|企鹅) ?[+➕:：=>→-]* ?(?:@[a-z0-9_]{4,}|[a-z_]+[a-z0-9_.]*[0-9][a-z0-9_]*|[0-9][0-9 -]{5,})(?:$|[^a-z0-9])`)
	// LINE交換しよ, 카톡 교환: exchange accounts with me.
	exchange = regexp.MustCompile(`(?:^|[^\pL]|[\p{Han}ぁ-ん])(?:` + services + `|line|dm|ig|id|連絡先|连络先|电话番号|電話番号) ?(?:の|を|id)? ?(?:交[換换]|교환)(?:$|[^\pL]|し(?:よ|て|ま|た[いく])|お願|おね|希望|とか|できる|해|하|ㄱ)`)
	// A QQ group and its number: 进裙 123456. One digit many times is cheering.
	groupNumber = regexp.MustCompile(`(?:^|[^一这那大两几])(?:群|裙|君羊)(?:号|號|聊)?[ :：=→>-]*([1-9][0-9]{5,9})(?:$|[^0-9])`)
	callMe      = regexp.MustCompile(`加我 ?(?:✆|☎|📞|📱|[a-z_]*[0-9_]{4,}|@)`)
)

// handle reports whether a text names an account on another service. A name counts if it
// follows the name of a service and looks like one: with a digit or an underscore in it, or
// after an @, a colon or a word such as ID.
func handle(written, folded string) bool {
	if len(written) < 3 {
		return false
	}
	text := strings.ReplaceAll(folded, "disc0rd", "discord")
	if strings.ContainsFunc(written, func(r rune) bool { return 0x30A0 <= r && r <= 0x30FF }) {
		text = strings.ToLower(norm.NFKC.String(written)) // folding makes katakana hiragana
	}
	if strings.ContainsAny(text, "加力伽茄➕+") && (addMe.MatchString(text) || callMe.MatchString(text)) {
		return true
	}
	if strings.ContainsAny(text, "🛰✈🐧💬📞📱☎✆📲🛩绿飞鹅") && pictured.MatchString(text) {
		return true
	}
	if strings.ContainsAny(text, ":：") && strings.ContainsAny(text, "薇威徽葳") && weAccount.MatchString(text) {
		return true
	}
	if (strings.ContainsAny(text, "換换") || strings.Contains(text, "교환")) && exchange.MatchString(text) {
		return true
	}
	if m := groupNumber.FindStringSubmatch(text); m != nil && strings.Trim(m[1], m[1][:1]) != "" {
		return true
	}
	if strings.ContainsAny(text, "@#📸👻🐦") || strings.Contains(text, "bio") || strings.Contains(text, "prof") || strings.Contains(text, "проф") {
		if nameForMe.MatchString(text) || isTagged(text) {
			return true
		}
	}
	if namesAccount(text) {
		return true
	}
	return lettersApart(text) && namesAccount(squeezed(text))
}

// lettersApart reports whether a text has three single characters in a row, with spaces between.
func lettersApart(text string) bool {
	run, width := 0, 0
	for _, r := range text + " " {
		switch {
		case r != ' ':
			width++
		case width == 1:
			if run++; run == 3 {
				return true
			}
			width = 0
		default:
			run, width = 0, 0
		}
	}
	return false
}

// namesAccount reports whether a folded text names a service and an account there, or asks to
// write to one.
func namesAccount(text string) bool {
	if !mayHoldHandle(text) {
		abroad := slices.ContainsFunc([]string{"пиши", "تواصل", "راسلني", "ضيفني", "דבר", "כתוב", "כתבו"}, func(verb string) bool { return strings.Contains(text, verb) })
		return abroad && writeMeAbroad.MatchString(text)
	}
	for _, m := range account.FindAllStringSubmatch(text, 3) {
		if isHandle(m[1], m[2], m[3]) {
			return true
		}
	}
	return writeMe.MatchString(text) || writeMeAbroad.MatchString(text)
}

// isTagged reports whether a text has a name of Discord, which is not an everyday word before the
// number of something.
func isTagged(text string) bool {
	m := tagged.FindStringSubmatch(text)
	return m != nil && (fold.Everyday([]rune(m[1])) == 0 || slices.Contains(strings.Fields(text), "add"))
}

// mayHoldHandle spares most comments the expressions: without two name characters in a row
// there is neither a name nor a service of Latin letters, and with them it needs a service.
func mayHoldHandle(text string) bool {
	run := 0
	for i := range len(text) {
		c := text[i]
		if 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '_' {
			if run++; run >= 2 {
				return hasHint(text)
			}
		} else if c != '.' && c != '#' && c != '-' {
			run = 0
		}
	}
	return false
}

// serviceHints are parts of the names of all services. Those of two and three
// letters count only as words.
var serviceHints = strings.Fields(`wechat weixin whats watsapp telegram kakao snap skype viber discord insta kik zalo onlyfans qq q vx v wx w tg line icq
	微 薇 威 徽 維 葳 ❤ ♥ 💚 💙 🧡 💛 💜 🖤 🤍 v信 wei 扣 企鹅 抖音 快手 小红书 陌陌 电报 電報 飞机 支付宝 カカオ ライン ツイッター インスタ テレグラム ディスコ スカイプ 카 라인 텔레 인스타 디스코드 디코 위챗 오픈
	теле тг скаип вк вконтакте вацап инст ватсап вотсап вайбер инста дискорд واتس تليجرام تلغرام انستا سناب ไลน์ टेली व्हाट्स इंस्टा جرام غرام قرام انست ديسكورد ไอจี เฟส เทเล τηλε τελε ινστα μπερ טלגרם אינסט אטסאפ דיסקורד
	ig fb facebook twitter tiktok dc wa signal steam psn paypal cash venmo zelle tele mail t.g t-g cord zap vk threads sc`)

// hasHint reports whether a text names a service, or may name one.
func hasHint(text string) bool {
	return slices.ContainsFunc(serviceHints, func(hint string) bool {
		at := strings.Index(text, hint)
		if at < 0 || len(hint) > 3 || hint[0] >= 0x80 {
			return at >= 0
		}
		for rest := text; at >= 0; at = strings.Index(rest, hint) {
			end := at + len(hint)
			if (at == 0 || rest[at-1] < 'a' || rest[at-1] > 'z') && (end == len(rest) || rest[end] < 'a' || rest[end] > 'z') {
				return true
			}
			rest = rest[end:]
		}
		return false
	})
}

func isHandle(service, middle, name string) bool {
	marked := strings.ContainsAny(middle, ":：=@$→"+pointers) || service == "ig" && strings.ContainsAny(middle, "-–—/") || strings.HasPrefix(name, "@") || strings.Contains(middle, "id") || strings.Contains(middle, "号") ||
		strings.Contains(middle, "아이디") || strings.Contains(middle, "アカ")
	bare := strings.TrimLeft(strings.Trim(name, ".-#"), "@")
	letters := strings.ContainsFunc(bare, func(r rune) bool { return 'a' <= r && r <= 'z' })
	digits := strings.ContainsAny(bare, "0123456789_")
	dotted := strings.ContainsAny(bare, ".#") && len(bare) > 5
	if middle == "" && service[len(service)-1] < 0x80 {
		return false // only the beginning of a word
	}
	ambiguous := onlyWord.MatchString(service)
	switch {
	case !letters:
		return len(bare) >= 5 && (marked || !ambiguous)
	case ambiguous:
		return marked && (digits || strings.HasPrefix(name, "@") || strings.Contains(middle, "@")) || dotted && digits && strings.Contains(middle, "is")
	case digits, dotted:
		return true
	}
	return marked && len(bare) >= 4 && !strings.Contains(middle, " is")
}

var onlyWord = regexp.MustCompile(`^(?:` + wordServices + `)$`)
