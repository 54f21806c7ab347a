package moderation

import (
	"regexp"
	"slices"
	"strings"

	"danmaku/comment"
)

// minContact is the number of digits from which on a number may be somebody's.
const minContact = 7

// group is a run of digits with nothing between them.
type group struct {
	digits   string
	from, to int32 // cells
	glue     string
}

var (
	cue = regexp.MustCompile(`(?:^|[^a-z])(?:q ?q|v ?x|w ?x|v ?信|wechat|weixin|whatsapp|telegram|tg|tel|phone|call me|line ?id|kakao|skype|discord)(?:$|[^a-z])|微信|薇信|威信|扣扣|企鹅号|加我|加群|群号|电话|手机|联系|私聊|号码|電話|連絡先|携帯|카톡|카카오|번호|전화|телефон|звони|вотсап`)

	// Numbers that are sayings, not somebody's: laughter, love, memes.
	sayings = []string{"5201314", "1145141919810", "114514", "1919810", "7758521", "2333333", "6666666", "8888888", "31415926", "1234567890", "9876543210"}

	// What is counted or measured behind a number, and what names a video.
	unit  = regexp.MustCompile(`^ ?(?:[元円圆圓块万亿億人次播年月日点点分秒米个名票枚冊册回位股歳岁名楼층명원년개만억회точки]|km|kg|cm|mm|m\b|g\b|k\b|w\b|hz|khz|mhz|fps|px|db|mb|gb|tb|dollars?|usd|eur|yen|won|rub|руб|views?|viewers?|points?|pts|xp|hp|dmg|gold|coins?|subs|followers|likes|people|times|years|%|％|€|\$|£|¥|₽|₩)`)
	video = regexp.MustCompile(`(?:^|[^a-z])(?:av|bv|cv|sm|nm|so|id:? ?#|ep|no\.?|#|\$|€|£|¥|₩|₽|v|ver\.?|version|seed|uid) ?$`)
)

// contact holds numbers by which somebody wants to be called: seven and more
// digits, in any writing, spaced or not. Times, dates, prices, scores, counts
// and numbers that are sayings are let through.
func contact(cells []cell, text string) comment.Verdict {
	hold := func(from, to int32) comment.Verdict {
		return comment.Verdict{
			Action: comment.Hold, Rule: "contact", Detail: "a number like that of a phone or an account",
			Spans: []span{{From: int(cells[from].from), To: int(cells[to-1].to)}},
		}
	}
	cells = asDigits(cells)
	groups := digitGroups(cells)
	asked := cue.MatchString(text)
	for i := 0; i < len(groups); {
		n := 1 // groups that belong together
		for i+n < len(groups) && groups[i+n].glue != "|" {
			n++
		}
		if isContact(cells, groups[i:i+n], asked) {
			return hold(groups[i].from, groups[i+n-1].to)
		}
		i += n
	}
	if from, to := spelledDigits(cells, asked); to > 0 {
		return hold(from, to)
	}
	if numberWords(text) {
		return comment.Verdict{Action: comment.Hold, Rule: "contact", Detail: "a number, spelled in words"}
	}
	return comment.Verdict{}
}

// asDigits gives the cells with what stands for a digit in a number as that
// digit: an o, an l, and Chinese digits, where enough real ones are around.
func asDigits(cells []cell) []cell {
	out, copied := cells, false
	for i := 0; i < len(cells); {
		real, hans, all, end, last := 0, 0, 0, i, -1
		for k := i; k < len(cells); k++ {
			_, like := digitLike(cells[k])
			switch {
			case cells[k].kind == digit:
				real, all = real+1, all+1
			case like && (all > 0 || cells[k].script == han || k+1 < len(cells) && cells[k+1].kind == digit):
				all++
				if cells[k].script == han {
					hans++
				}
			case (cells[k].kind == space || cells[k].kind == symbol) && last >= 0 && k-last <= 2:
				continue
			default:
				k = len(cells)
				continue
			}
			last, end = k, k+1
		}
		if end == i {
			i++
			continue
		}
		if all > real && all >= minContact && (real >= 5 || hans >= 5 && all >= 9 && end-i > all || hans > 0 && real >= 3) {
			if !copied {
				out, copied = slices.Clone(cells), true
			}
			for k := i; k < end; k++ {
				if d, like := digitLike(cells[k]); like {
					out[k].kind, out[k].r, out[k].script = digit, d, common
				}
			}
		}
		i = end
	}
	return out
}

// digitLike gives the digit that a letter stands for.
func digitLike(c cell) (rune, bool) {
	switch c.r {
	case 'o':
		return '0', true
	case 'l', 'i':
		return '1', true
	}
	if v := hanDigit(c.r); v >= 0 {
		return rune('0' + v), true
	}
	return 0, false
}

// digitGroups finds the digits of a text. The glue of a group is what stands
// between it and the group before: "|" when that parts them.
func digitGroups(cells []cell) []group {
	var out []group
	for i := 0; i < len(cells); i++ {
		if cells[i].kind != digit {
			continue
		}
		g := group{from: int32(i), glue: "|"}
		var b strings.Builder
		for ; i < len(cells) && cells[i].kind == digit; i++ {
			b.WriteRune(cells[i].r)
		}
		g.digits, g.to = b.String(), int32(i)
		if n := len(out); n > 0 {
			g.glue = glue(cells[out[n-1].to:g.from])
		}
		out = append(out, g)
		i--
	}
	return out
}

// glue gives the signs between two groups, "|" when they part them.
func glue(between []cell) string {
	if len(between) > 3 {
		return "|"
	}
	var b strings.Builder
	for _, c := range between {
		if c.kind == letter || c.r == ':' || c.r == ',' || c.r == '%' || c.r == '=' || c.r == '→' || c.r == '>' || c.r == '<' || c.r == 'x' {
			return "|"
		}
		b.WriteRune(c.r)
	}
	return b.String()
}

func isContact(cells []cell, groups []group, asked bool) bool {
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
	if len(all) < least || distinct(all) < 3 || len(all) > 40 {
		return false
	}
	if !asked && (isSaying(all) || counted(cells, groups)) {
		return false
	}
	switch {
	case len(groups) == 1:
		return asked || !round(all) && !isDate(groups)
	case singles == len(groups):
		return asked || !countdown(groups)
	case asked:
		return true
	case years == len(groups), isDate(groups), isScores(groups), decimals(groups), countdown(groups):
		return false
	}
	return phoneShaped(all, groups)
}

func distinct(s string) int {
	var seen [10]bool
	n := 0
	for i := range len(s) {
		if d := s[i] - '0'; !seen[d] {
			seen[d] = true
			n++
		}
	}
	return n
}

// isSaying tells numbers that are made of well-known ones.
func isSaying(s string) bool {
	for _, known := range sayings {
		for strings.HasPrefix(s, known) {
			s = s[len(known):]
		}
	}
	return s == ""
}

// counted tells that a unit follows, or that the number names a video.
func counted(cells []cell, groups []group) bool {
	last := groups[len(groups)-1]
	return unit.MatchString(cellText(cells[last.to:min(int(last.to)+10, len(cells))])) ||
		video.MatchString(cellText(cells[max(0, groups[0].from-8):groups[0].from]))
}

func cellText(cells []cell) string {
	f := folding{cells: cells}
	return f.String()
}

// round tells numbers such as 10000000 or 1500000.
func round(s string) bool { return strings.HasSuffix(s, "0000") && distinct(s) < 4 }

// countdown tells numbers that go down by one, or up to more than nine: 10 9 8
// and so on.
func countdown(groups []group) bool {
	if len(groups) < 3 {
		return false
	}
	num := func(i int) int {
		n := 0
		for _, c := range groups[i].digits {
			n = min(n*10+int(c-'0'), 1<<30)
		}
		return n
	}
	by := num(1) - num(0)
	for i := 2; i < len(groups); i++ {
		if num(i)-num(i-1) != by {
			return false
		}
	}
	// Single digits that only go up are how people space out an account.
	return by == -1 || by != 0 && len(groups[len(groups)-1].digits) > 1
}

// isDate tells dates, with or without a time behind them.
func isDate(groups []group) bool {
	if len(groups) == 1 {
		return isWrittenDate(groups[0].digits)
	}
	if len(groups) < 3 || len(groups) > 5 {
		return false
	}
	for _, g := range groups[3:] { // hours and minutes
		if len(g.digits) > 2 {
			return false
		}
	}
	a, b, c := groups[0].digits, groups[1].digits, groups[2].digits
	return isYear(a) && len(b) <= 2 && len(c) <= 2 || len(groups) == 3 && len(a) <= 2 && len(b) <= 2 && (isYear(c) || len(c) == 2)
}

func isYear(s string) bool { return len(s) == 4 && (s[:2] == "19" || s[:2] == "20") }

var writtenDate = regexp.MustCompile(`^(?:19|20)\d\d(?:(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|[1-9](?:0[1-9]|[12]\d|3[01])|1[0-2][1-9])$`)

// isWrittenDate tells dates without signs: 20240115, 2024831.
func isWrittenDate(s string) bool { return writtenDate.MatchString(s) }

// isScores tells pairs of small numbers: 21-19 21-17 21-15.
func isScores(groups []group) bool {
	for i, g := range groups {
		if len(g.digits) > 3 || i%2 == 1 && g.glue != "-" || i > 0 && i%2 == 0 && !strings.HasPrefix(g.glue, " ") {
			return false
		}
	}
	return len(groups)%2 == 0
}

// decimals tells numbers with a point, versions and addresses of machines.
func decimals(groups []group) bool {
	for i, g := range groups {
		if i > 0 && g.glue != "." {
			return false
		}
	}
	return len(groups) == 2 || len(groups[0].digits) <= 2
}

// phoneShaped tells whether several groups of digits are cut as numbers of
// phones are.
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
	case len(groups) == 2 && len(first) <= 4 && len(last) == 4 && len(all) <= 8:
		return groups[1].glue == "-" && len(first) == 3
	case len(groups) == 2 && len(all) >= 9 && !strings.Contains(groups[1].glue, "/"):
		return len(first) >= 3 && len(last) >= 4
	case len(groups) >= 4 && len(all) >= 9:
		return true
	}
	return false
}

// hanDigits are the digits of Chinese and Japanese, the formal ones, too.
const hanDigits = "〇零一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖"

// hanDigit gives the value of a Chinese digit, −1 for anything else.
func hanDigit(r rune) int {
	i := strings.IndexRune(hanDigits, r)
	if r < 0x3000 || i < 0 {
		return -1
	}
	switch n := i / 3; {
	case n < 2:
		return 0
	case n < 11:
		return n - 1
	case n == 11:
		return 1
	case n == 12:
		return 2
	default:
		return n - 12
	}
}

// spelledDigits finds seven and more Chinese digits in a row that do not just
// count, unless somebody asks to be called.
func spelledDigits(cells []cell, asked bool) (from, to int32) {
	for i := 0; i < len(cells); i++ {
		start, seen, counting := i, 0, true
		for ; i < len(cells) && hanDigit(cells[i].r) >= 0; i++ {
			v := hanDigit(cells[i].r)
			seen |= 1 << v
			if i > start && v != hanDigit(cells[i-1].r)+1 && v != hanDigit(cells[i-1].r) {
				counting = false
			}
		}
		several := seen&(seen-1) != 0 && seen&(seen-1)&(seen-2) != 0
		if i-start >= minContact && several && (asked || !counting) {
			return int32(start), int32(i)
		}
	}
	return 0, 0
}

var digitWords = regexp.MustCompile(`(?:\b(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double)\b[ ,.-]*){7,}`)

// numberWords tells a number spelled in English words, unless it just counts.
func numberWords(text string) bool {
	if len(text) < 20 {
		return false
	}
	found := digitWords.FindString(strings.ToLower(text))
	return found != "" && !strings.Contains(found, "one two three four five six") && !strings.Contains(found, "six five four three two")
}
