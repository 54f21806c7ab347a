package moderation

import (
	"regexp"
	"strings"

	"danmaku/comment"
	"danmaku/moderation/fold"
)

// minContact is the least number of digits in a contact.
const minContact = 7

var (
	cue = regexp.MustCompile(inHiragana(`(?:^|[^a-z])(?:q ?q|v ?x|w ?x|v ?信|wechat|weixin|whatsapp|telegram|tg|tel|phone|call me|text me|my number|my cell|line ?id|kakao|skype|discord|viber|zalo|ssn|social security|passport|iban|cpf|dni|aadhaar|venmo|zelle|cash ?app)(?:$|[^a-z])|q群|群 ?[:：0-9]|微信|薇信|威信|徽信|扣扣|企鹅号|加我|加群|群号|电话|手机|联系|私聊|号码|身份证|身分證|银行卡|卡号|护照|支付宝|电報|电报|電話|連絡先|携帯|マイナンバー|口座|免許|カカオ|テレグラム|카톡|카카오|번호|전화|주민|계좌|텔레그램|라인|телефон|тел[.:]|звони|пиши|вотсап|ватсап|телеграм|паспорт|снилс|карт[аы]`))

	// Words after or before a number that counts something, or names a room or a video. None
	// of them is a cue, even one that contains a cue (방번호).
	counts = `房间号?码?|房号|直播间|直播間|房間號?|播放量?|播放数|观看|點擊|点击|点赞|弹幕|彈幕|收藏|投币|硬币|粉丝|粉絲|在线|人气|人氣|热度|熱度|积分|分数|得分|总分|总|伤害|攻击力?|防御力?|血量|生命|战绩|体力|战力|戰力|金币|经验|存款|票房|销量|阅读|编号|序号|种子|版本|总共|一共|人数|圆周率|再生数?|視聴|閲覧|部屋番号|ルーム|スコア|得点|登録者数?|シード|フォロワー|同接|ダメージ|조회수?|방 ?번호|점수|구독자|시청자|좋아요|방송|데미지|рум|просмотр[а-я]*|очк[а-я]*|урон|счет|сид|room|rooms?|views?|score|points?|seed|build|order|ticket|level|damage|dmg|record|total|subs|followers|likes|hp|xp|gold|coins|salary|population|pi|bug|issue|commit|ticket|case|lobby|code|model|patch|max ?int|int ?max|port|resistance|height|distance|speed|ean|isbn|barcode|dpi`

	countsBefore = regexp.MustCompile(`(?:^|[^a-z])(?:` + inHiragana(counts) + `)(?:[ :：=#]|no\.?|number|id|数|數|量|值|率|is|was|of|at|are|是|为|為|有|达到?|突破|已|过|近|约|超过|到|は|が|는|은|이|가)*$`)
	countsCue    = regexp.MustCompile(`(?:방|房间|房間|部屋) ?(?:번호|号码|番号)`)

	sumBehind = regexp.MustCompile(`^ ?(?:=|等于|等於|equals|は[0-9]|는[0-9])`)
	sumBefore = regexp.MustCompile(`[0-9)] ?= ?$`)

	// Most texts contain none of these beginnings, and so no cue. countsCue is among them, since
	// the check removes its matches from a text first.
	cueBeginnings = beginningsOf(cue.String(), countsCue.String())

	// Numbers that are sayings, not contacts: laughter, love, memes.
	sayings = []string{
		"5201314", "1145141919810", "114514", "1919810", "7758521", "2333333", "6666666", "8888888", "1234567890", "9876543210", "1314520",
		"147258369", "7355608", "789456123", "20131420", "1919", "810",
	}
	// The digits of constants; a number that begins one is not a contact.
	constants = []string{
		"31415926535897932384626433832795", "314159265358979", "27182818284590452353602874713527", "16180339887498948482", "14142135623730950488",
		"299792458", "602214076", "662607015", "667430", "17320508075688772", "3628800", "39916800", "479001600",
		"149162536496481100", "11235813213455",
	}

	// Units behind a number, and names of videos.
	unit  = regexp.MustCompile(inHiragana(`^ ?(?:[元円圆圓块万亿億人次播年月日点點分秒米个個名票枚冊册回位股歳岁名楼층명원년개만억회점赞粉条條颗顆倍度]|弹幕|观看|再生|ポイント|メートル|조회|뷰|km|kg|cm|mm|m\b|g\b|k\b|w\b|hz|khz|mhz|fps|px|db|mb|gb|tb|kb|bytes?|dollars?|usd|eur|yen|won|rub|руб|просмотр|раз|views?|viewers?|points?|pts|xp|hp|dmg|damage|gold|coins?|subs|subscribers|followers|likes|people|times|years|plays|hours|steps|%|％|€|\$|£|¥|₽|₩)`))
	video = regexp.MustCompile(`(?:^|[^a-z])(?:av|bv|cv|sm|nm|so|id:? ?#|ep|no\.?|#|\$|€|£|¥|₩|₽|v|ver\.?|version|seed|uid) ?$`)
)

// inHiragana writes an expression as folded texts are written: without katakana and small kana.
func inHiragana(expression string) string {
	return strings.Map(func(r rune) rune {
		if 'ァ' <= r && r <= 'ヶ' {
			return []rune(fold.String(string(r)))[0]
		}
		return r
	}, expression)
}

// contact holds numbers for calling their author: seven and more digits, in any writing,
// spaced or not, and names of accounts. Times, dates, prices, scores, counts and numeric
// sayings pass.
func contact(t *Text) comment.Verdict {
	text := t.Folded()
	if handle(t.Written, text) {
		return comment.Verdict{Action: comment.Hold}.Because(comment.ReasonHandle, comment.FormWritten)
	}
	n := 0
	for _, r := range text {
		if '0' <= r && r <= '9' || strings.ContainsRune(hanDigits, r) {
			n++
		}
	}
	if numberWords(t.Written, text) {
		return comment.Verdict{Action: comment.Hold}.Because(comment.ReasonSpelled, comment.FormWritten)
	}
	if n < minContact-2 && (n < 2 || len(t.Written) < 20) {
		return comment.Verdict{} // most texts have too few digits to fold again
	}
	var f fold.Text
	f.Fold([]rune(t.Written))
	runes := asDigits(f.Runes)
	hold := func(from, to int32) comment.Verdict {
		return comment.Verdict{
			Action: comment.Hold, Spans: []comment.Span{{From: int(runes[from].From), To: int(runes[to-1].To)}},
		}.Because(comment.ReasonNumber, comment.FormWritten)
	}
	groups := digitGroups(runes)
	asked := asksForCalls(text)
	for i := 0; i < len(groups); {
		n := 1 // groups of one number
		for i+n < len(groups) && groups[i+n].glue != "|" {
			n++
		}
		if isContact(runes, groups[i:i+n], asked) {
			return hold(groups[i].from, groups[i+n-1].to)
		}
		// A number may also stand by itself, after a country code or any other short group.
		for k := i; n > 1 && k < i+n; k++ {
			fraction := k > i && strings.Contains(groups[k].glue, ".") || k+1 < i+n && strings.Contains(groups[k+1].glue, ".")
			if len(groups[k].digits) >= minContact+2 && !fraction && isContact(runes, groups[k:k+1], asked) {
				return hold(groups[k].from, groups[k].to)
			}
		}
		i += n
	}
	if from, to := lettersBetween(runes, groups); to > 0 {
		return hold(from, to)
	}
	if from, to := spelledDigits(f.Runes, asked); to > 0 {
		return hold(from, to)
	}
	return comment.Verdict{}
}

// asksForCalls reports whether a folded text asks for a call, or names an account.
func asksForCalls(folded string) bool {
	return cueBeginnings.in(folded) && cue.MatchString(countsCue.ReplaceAllString(folded, ""))
}

func isContact(runes []fold.Rune, groups []group, asked bool) bool {
	var b strings.Builder
	singles, years := 0, 0
	for _, g := range groups {
		b.WriteString(g.digits)
		if len(g.digits) == 1 {
			singles++
		}
		if isYear(g.digits) {
			years++
		}
	}
	all := b.String()
	least := minContact
	if asked {
		least = minContact - 2
	}
	if len(all) < least || len(all) > 40 {
		return false
	}
	if singles < len(groups) && checked(all, groups) {
		return true
	}
	if distinct(all) < 3 {
		return false
	}
	if all == "123456789" && len(groups) == 1 && int(groups[0].to) == len(runes) && groups[0].from == 0 {
		return false // a number alone may be somebody trying the keys
	}
	if !asked && (isSaying(all) || counted(runes, groups) && !isMobile(all)) {
		return false
	}
	switch {
	case !asked && isCount(all, groups):
		return false
	case len(groups) == 1:
		return asked || !round(all) && !isDate(groups)
	case singles == len(groups):
		return asked || !countdown(groups) && !isScores(groups) && (distinct(all) > 3 || len(all) > 8)
	case asked:
		return true
	case years == len(groups), isDate(groups), isScores(groups), decimals(groups), countdown(groups):
		return false
	}
	return international(runes, all, groups) || phoneShaped(all, groups)
}

// isMobile reports a mobile number of China: 11 digits, and no count begins with its first
// two.
func isMobile(s string) bool {
	return len(s) == 11 && s[0] == '1' && s[1] >= '3' && distinct(s) > 3 && !strings.HasSuffix(s, "00000")
}

// international reports a country code with a plus, and a number behind it.
func international(runes []fold.Rune, all string, groups []group) bool {
	at := groups[0].from - 1
	return at >= 0 && runes[at].R == '+' && len(groups[0].digits) <= 3 && len(all) >= 9 && len(all) <= 15 && !strings.HasSuffix(all, "00000")
}

// phoneShaped reports whether several groups of digits are grouped like a phone number.
func phoneShaped(all string, groups []group) bool {
	if len(all) > 15 || len(groups) > 6 {
		return false
	}
	first, last := groups[0].digits, groups[len(groups)-1].digits
	switch {
	case len(all) == 11 && all[0] == '1' && all[1] >= '3' && len(first) >= 2 && len(last) >= 3:
		return true // China
	case len(last) < 2 || strings.HasSuffix(last, "000"):
		return false
	case all[0] == '0' && len(all) >= 9:
		return true // trunk prefix
	case len(groups) == 3 && len(first) == 3 && len(last) == 4:
		return true
	case len(groups) == 3 && len(first) == 2 && len(all) == 11 && all[2] == '9' && len(last) == 4 && groups[2].glue == "-" && groups[1].glue != "-":
		return true // Brazil
	case len(groups) == 2 && len(first) <= 4 && len(last) == 4 && len(all) <= 8:
		return groups[1].glue == "-" && len(first) == 3
	case len(groups) == 2 && len(all) >= 9 && !strings.Contains(groups[1].glue, "/"):
		return len(first) >= 3 && len(last) >= 4
	case len(groups) >= 4 && len(all) >= 9:
		return true
	}
	return false
}
