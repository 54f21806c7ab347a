package moderation

import (
	"cmp"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"danmaku/comment"
	"danmaku/moderation/fold"
	"danmaku/room"

	"golang.org/x/net/publicsuffix"
	"golang.org/x/text/unicode/norm"
)

// roundSigns are pictures and signs that are drawn like a dot.
const roundSigns = "⚫⚪⏺🔴🔵🟠🟡🟢🟣🟤"

// Domains that people write as URLs. Those of the second list are also words or ends of words,
// so they count only with a path, a scheme or www.
const (
	plainDomains = `com|net|org|info|biz|xyz|io|gg|tv|cn|ru|jp|kr|tw|hk|uk|app|dev|site|online|shop|store|vip|icu|cc|tk|ml|ga|cf|gq|pw|ws|ly|club|website|space|ltd|asia|mobi|wang`
	wordDomains  = `me|in|is|it|to|at|be|no|so|my|do|am|as|us|id|de|la|es|fr|nl|pl|fi|se|ch|eu|ca|co|ai|link|live|fun|top|win|bet|life|world|today|one|cool|cat|moe|best|plus|pro|red|work|games|bid|men|click|download|stream|chat|gd|gl|im|sh|st|vc|to|fm|mx|br|ar|cl|il|ir|th|vn|ph|sg|pk`
)

// Endings of URLs that are not words, so that a space or another sign in place of the dot
// leaves no other meaning. Those of shapedDomains are also read with digits for letters.
const (
	clearDomains  = `com|net|org|xyz|biz|cn|ru|icu|io|cc|tk|vip|app|info`
	shapedDomains = `c[o0]m|n[e3]t|[o0]rg|inf[o0]|b[i1]z`
	// Endings that are words, but are mostly sold to advertisers.
	hanDomains  = `中国|公司|网址|网络|在线|商城|我爱你`
	soldDomains = `top|live|fun|win|` + oddDomains + `|men|link|download|stream|chat|moe|pro|life|today|games|work|best|red|rest|lol`
	// Those of them that begin no sentence.
	oddDomains = `bet|click|bid|cam|sex|porn|xxx|casino|poker|bingo|loan|buzz|cyou|monster|quest|sbs|icu`
	// The word for a dot, where it is read aloud.
	dotWords    = `dot|d0t|点|點|punkt|punto|ponto|point|точка|тчк|nokta|titik|kropka|tecka|piste|` + foreignDots
	foreignDots = `נקודה|דוט|نقط[ةه]|دوت|จุด|ดอท|डॉट|τελεια`
)

var (
	scheme = regexp.MustCompile(`\b(?:https?|hxxps?|h\*\*ps?|ftp|magnet|ed2k|thunder) ?[:：] ?(?:/|\?|\\)|https?(?::|//)|\bwww ?[.] ?[a-z0-9]|\b[a-z][a-z0-9+*-]{1,11}://[a-z0-9]|\b(?:javascript:[a-z]|data:text/)|\bwww[ ,_-]+[a-z0-9-]{2,}[ ,_-]+(?:` + plainDomains + `)\b|\bxn--[a-z0-9-]{3}`)
	domain = regexp.MustCompile(`(?:^|[^a-z0-9@.-])((?:[a-z0-9][a-z0-9-]*\.)+(?:` + plainDomains + `|` + shapedDomains + `|` + hanDomains + `))(?:[^a-z0-9.\p{Han}-]|\.?$|\.[^a-z0-9])|(?:^|[^a-z0-9@.-])((?:[a-z0-9][a-z0-9-]*\.)+(?:` + plainDomains + `|` + shapedDomains + `))(?:\p{Han}|$)`)
	path   = regexp.MustCompile(`(?:^|[^a-z0-9.-])((?:[a-z0-9][a-z0-9-]*\.)+(?:` + wordDomains + `|` + plainDomains + `|` + soldDomains + `|` + shapedDomains + `))(?::[0-9]+)?/[a-z0-9@_?#+-]`)
	mail   = regexp.MustCompile(`[a-z0-9._%+-]{2,}@[a-z0-9-]+\.[a-z]{2,}`)
	spoken = regexp.MustCompile(`[a-z0-9-]{2,} ?(?:[(\[{<*_/|] ?(?:\.|` + dotWords + `) ?[)\]}>*_/|]|[ -]d[o0]t[ -]|d0t| ?(?:点|點|どっと|닷|점) ?| (?:` + dotWords + `) ) ?(?:` + plainDomains + `|` + shapedDomains + `|me/)\b`)
	ip     = regexp.MustCompile(`\b[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?::[0-9]{2,5}|/[a-z0-9])`)

	// An ending with a space beside the dot, or with another sign in its place.
	apart = regexp.MustCompile(`(?:^|[^a-z0-9@.-])([a-z0-9][a-z0-9-]+)( ?)([.,•·∙・●、*|` + roundSigns + `]|["'` + "`" + `]\.["'` + "`" + `]|\.\.)( ?)(` + clearDomains + `|` + shapedDomains + `)((?:$|[^a-z0-9]).?[a-z]*)`)
	// A comma before an ending, and a page behind it.
	comma = regexp.MustCompile(`(?:^|[^a-z0-9@.-])[a-z0-9-]*[a-z0-9],(?:` + plainDomains + `|ly|gl)/[a-z0-9@_+-]{3}|(?:^|[^a-z0-9@.-])(?:t|wa|m),me/[a-z0-9@_+-]{3}`)
	// A space, or nothing, in place of the dot, and a page behind the ending.
	spaced = regexp.MustCompile(`(?:^|[^a-z0-9@.-])(?:[a-z0-9-]+ )?(?:[a-z0-9-]{7,} (?:com|net|org|cn)/[a-z0-9@_?#+-]{3}|[a-z0-9-]{3,} (?:com|net|org|cn)/[a-z@+-]*[0-9_?#])|(?:^|[^a-z0-9])(?:twitch tv|discord ?gg|discord ?com/invite|youtu be|t me|telegram me|b23 tv)/[a-z0-9@_+-]{2}|\bdot [a-z]{2,6} slash [a-z0-9@_+-]{3}`)
	// A name in ideographs before an ending that no sentence continues with.
	hanNamed = regexp.MustCompile(`(?:^|[^\p{Han}.])(\p{Han}{2,6}[a-z0-9]{0,4}(?:\.|[点點])(?:com|cn|xyz|vip|cc|top))(?:$|[\s/!,])`)
	// An ending spoken in another alphabet.
	spokenEnding = regexp.MustCompile(`[a-z0-9-]{3,} ?(?:닷 ?컴|どっと ?こむ|点康姆|точка ком|τελεια κομ|(?:נקודה|דוט) קום|(?:نقطة|دوت) كوم|(?:ดอท|จุด) ?คอม|डॉट कॉम)`)
	sold         = regexp.MustCompile(`(?:^|[^a-z0-9@.-])((?:[a-z0-9-]+\.)*[a-z0-9-]{6,}\.(?:` + soldDomains + `)|[a-z-]*[0-9][a-z0-9-]*[a-z][a-z0-9-]*\.(?:` + wordDomains + `|` + soldDomains + `)|[a-z][a-z0-9-]*[0-9][a-z0-9-]*\.(?:` + wordDomains + `|` + soldDomains + `))(?:$|[^a-z0-9.(-])`)

	// A dot between two brackets has no other meaning than in a URL.
	bracketed = regexp.MustCompile(`[a-z0-9] ?[(\[{<] ?(?:[.,]|` + dotWords + `) ?[)\]}>] ?[a-z0-9]{2}`)
	// An address of a machine, without a port.
	machine = regexp.MustCompile(`(^|[^a-z0-9.])([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})(?:$|[^a-z0-9.]|\.$)|\[(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{0,4}\]`)
	// Any ending, with a page behind it.
	anyPath = regexp.MustCompile(`(?:^|[^a-z0-9@./-])((?:[a-z0-9][a-z0-9-]*\.)+[a-z]{2,})/[a-z0-9@_?#+-]`)
	// A short name before an ending: abc.bet.
	short = regexp.MustCompile(`(?:^|[^a-z0-9@./-])([a-z0-9-]{2,5})\.(` + soldDomains + `)(?:$|[ /!,])`)
	// A space before the dot, or another sign for it, before an ending that is a word.
	parted = regexp.MustCompile(`(?:^|[^a-z0-9@.-])([a-z0-9-]{4,})( \.| \. |[•∙・●` + roundSigns + `])(` + plainDomains + `|` + oddDomains + `|win|top|live|link|lol)(?:$|[ /!,])`)
	// A URL with a space behind every letter.
	singles = regexp.MustCompile(`(?:^| )((?:[a-z0-9-] ){3,}\. ?(?:[a-z0-9] )+[a-z0-9])(?:$| )`)
	// An address for mail whose sign is a word, or whose ending is missing.
	mailbox = regexp.MustCompile(`[\pL0-9._-]{2,}(?: at (?:gmail|hotmail|icloud|protonmail)| ?(?:@|(?:arroba|klammeraffe|chiocciola|malpa|собака|ат) )(?:gmail|hotmail|icloud|protonmail|outlook|yahoo|yandex|gmx|mail\.?ru|гма[ий]л|ме[ий]л|яндекс))(?:$|[^\pL])`)
	// An ending spoken in Vietnamese, which folded is also a meal: chấm cơm.
	vietnameseDot = regexp.MustCompile(`[a-z0-9-]{3,} chấm (?:com|net|vn)(?:$|[^\pL])`)

	// Words before " .com" and " .net" in texts about these endings.
	aboutDomains = map[string]bool{
		"a": true, "the": true, "of": true, "and": true, "or": true, "with": true, "in": true, "for": true, "using": true, "use": true,
		"learn": true, "learning": true, "asp": true, "ado": true, "vb": true, "love": true, "like": true, "about": true, "this": true,
		"that": true, "is": true, "my": true, "your": true, "dot": true, "no": true, "any": true, "old": true, "new": true, "to": true,
	}
	// What may follow such an ending in an invitation: com is also "with" in
	// Portuguese, net a word of several languages, and info one of all.
	invites = map[string]bool{
		"": true, "now": true, "for": true, "free": true, "is": true, "click": true, "join": true, "go": true, "here": true, "today": true,
		"best": true, "cheap": true, "get": true, "to": true, "and": true, "or": true, "has": true, "please": true, "pls": true, "check": true,
	}

	// Names of things that look like a domain.
	notDomains = map[string]bool{
		"asp.net": true, "ado.net": true, "vb.net": true, "ml.net": true, "socket.io": true, "draw.io": true,
		"node.io": true, "window.top": true,
	}
)

// links refuses URLs if the room does not allow them, and holds possible ones. It reads the
// folded text, so that other widths, alphabets and full stops do not help, and reads
// look-alikes as the letters.
func links(t *Text) comment.Verdict {
	if t.Room.URLs == room.URLsAllowed {
		return comment.Verdict{}
	}
	if found, sure := findLink(t.Written, t.Folded()); found != "" {
		v := comment.Verdict{Action: comment.Refuse, Word: found}
		if !sure {
			v.Action = comment.Hold
		}
		return v.Because(comment.ReasonURL, comment.FormWritten)
	}
	return comment.Verdict{}
}

// findLink returns the first URL in a text, "" if there is none, and whether it is one beyond
// doubt.
func findLink(written, folded string) (found string, sure bool) {
	if !mayHoldLink(folded) {
		return "", false
	}
	text := dots.Replace(folded)
	readings := []string{text, squeezed(text)}
	if len(written) != utf8.RuneCountInString(written) {
		if looks := asASCII(written); looks != "" {
			readings = append(readings, dots.Replace(looks))
		}
	}
	for _, t := range readings {
		if t == "" {
			continue
		}
		for _, re := range []*regexp.Regexp{scheme, path, mail, ip, spoken} {
			if at := re.FindStringIndex(t); at != nil {
				return whole(t, at[0], at[1]), true
			}
		}
		for _, m := range domain.FindAllStringSubmatch(t, 4) {
			if a := cmp.Or(m[1], m[2]); !notDomains[a] && !listed(a) {
				return a, true
			}
		}
	}
	if at := comma.FindStringIndex(text); at != nil {
		return whole(text, at[0], at[1]), false
	}
	for _, re := range []*regexp.Regexp{spaced, spokenEnding} {
		if at := re.FindStringIndex(text); at != nil {
			return whole(text, at[0], at[1]), false
		}
	}
	if m := hanNamed.FindStringSubmatch(text); m != nil && !strings.ContainsAny(m[1], "是的了用叫个") {
		return m[1], false
	}
	if found := foreignDomain(written); found != "" {
		return found, false
	}
	if m := sold.FindStringSubmatch(text); m != nil && !notDomains[m[1]] {
		return m[1], false
	}
	for _, m := range apart.FindAllStringSubmatch(text, 4) {
		if isApart(m) {
			return strings.TrimSpace(m[1] + m[2] + m[3] + m[4] + m[5]), false
		}
	}
	return unusual(text, written), false
}

// signsOfLinks are the signs that every URL contains, unless its dots are words.
const signsOfLinks = ".,。．｡·•∙・‧●、*|:@点點/٫۔⸱⦁⋅" + roundSigns

// dotBeginnings are the beginnings of the words for a dot in other alphabets.
var dotBeginnings = beginningsOf(foreignDots)

// mayHoldMail spares most comments the expression for mailboxes.
func mayHoldMail(text string) bool {
	return strings.Contains(text, "@") || strings.Contains(text, "mail") || strings.Contains(text, " at icloud") || strings.Contains(text, " arroba ") || strings.Contains(text, " собака ") ||
		strings.Contains(text, "klammeraffe") || strings.Contains(text, " ат ") || strings.Contains(text, " chiocciola ") || strings.Contains(text, " malpa ")
}

// mayHoldLink spares most comments the expressions.
func mayHoldLink(folded string) bool {
	if strings.ContainsAny(folded, signsOfLinks) {
		return true
	}
	for _, hint := range [...]string{"dot", "d0t", "www", "xn--", " punkt ", " punto ", " ponto ", " point ", " nokta ", " titik ", " kropka ", " tecka ", " piste ", " cham ", "gmail", "hotmail", " arroba ", "klammeraffe"} {
		if strings.Contains(folded, hint) {
			return true
		}
	}
	if len(folded) == utf8.RuneCountInString(folded) {
		return false
	}
	return strings.ContainsAny(folded, "닷점") || strings.Contains(folded, "どっと") || strings.Contains(folded, "точка") || strings.Contains(folded, " тчк ") || strings.Contains(folded, " собака ") || dotBeginnings.in(folded)
}

// unusual returns a possible URL with an ending, a dot or an address of a machine that is seldom
// written; "" for none.
func unusual(text, written string) string {
	if strings.ContainsAny(text, "([{<") {
		if at := bracketed.FindStringIndex(text); at != nil {
			return whole(text, at[0], at[1])
		}
	}
	if strings.Count(text, ".") >= 3 || strings.Contains(text, "[") {
		if m := machine.FindStringSubmatch(text); m != nil && (m[2] == "" || isPublic(m[2:])) {
			return strings.TrimSpace(m[0])
		}
	}
	if strings.Contains(text, "/") {
		if m := anyPath.FindStringSubmatch(text); m != nil && registered(m[1]) {
			return m[1]
		}
	}
	if m := short.FindStringSubmatch(text); m != nil && strings.Trim(m[1], "0123456789") != "" {
		alone := len(m[0]) == len(text) && len(m[1]) > 2 && fold.Frequent([]rune(m[1])) == 0
		if alone || oddEnding.MatchString(m[2]) || fold.Everyday([]rune(m[1])) == 0 {
			return m[1] + "." + m[2]
		}
	}
	if m := parted.FindStringSubmatch(text); m != nil && !clearEnding.MatchString(m[3]) && fold.Everyday([]rune(m[1])) == 0 && strings.Trim(m[1], "0123456789") != "" {
		return m[1] + m[2] + m[3]
	}
	if lettersApart(text) {
		if m := singles.FindStringSubmatch(text); m != nil && registered(strings.ReplaceAll(m[1], " ", "")) {
			return m[1]
		}
	}
	if mayHoldMail(text) {
		if at := mailbox.FindStringIndex(text); at != nil {
			return whole(text, at[0], at[1])
		}
	}
	if strings.Contains(text, " cham ") {
		return vietnameseDot.FindString(norm.NFC.String(strings.ToLower(written)))
	}
	return ""
}

var (
	oddEnding   = regexp.MustCompile(`^(?:` + oddDomains + `)$`)
	clearEnding = regexp.MustCompile(`^(?:` + clearDomains + `)$`) // see apart
)

// registered reports whether a name ends in an ending of the public list. Those that also end the
// names of files are left out.
func registered(host string) bool {
	suffix, icann := publicsuffix.PublicSuffix(host)
	switch suffix {
	case "md", "rs", "py", "sh", "pl", "zip", "mov", "ps", "so", "cc", "java", "name", "map", "ai":
		return false
	}
	return icann && suffix != host
}

// isPublic reports whether these four numbers are the address of a machine on the internet rather
// than a version, which has small numbers, or an address at home.
func isPublic(parts []string) bool {
	var n [4]int
	large := 0
	for i := range n {
		n[i], _ = strconv.Atoi(parts[i])
		if n[i] > 255 || len(parts[i]) > 1 && parts[i][0] == '0' {
			return false
		}
		if n[i] > 31 {
			large++
		}
	}
	at := netip.AddrFrom4([4]byte{byte(n[0]), byte(n[1]), byte(n[2]), byte(n[3])})
	return large >= 2 && n[0] < 224 && at.IsGlobalUnicast() && !at.IsPrivate()
}

// Endings in other alphabets that are not words by which a sentence continues.
var foreignEndings = fields(`рф ру укр бел рус срб орг ком мон қаз 닷컴 닷넷 ไทย भारत コム 网址 網址 我爱你 مصر بھارت`)

// Those that are also words: they end the text, or a page follows.
var foreignWords = fields(`сайт онлайн москва 한국 公司 网站 網站 集团 集團 商城 在线 みんな ストア セール`)

func fields(list string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(list) {
		out[w] = true
	}
	return out
}

// foreign matches a word, a full stop and an ending without Latin letters, and nothing beside
// them. The full stop is that of URLs: the one of Chinese and Japanese ends sentences.
var foreign = regexp.MustCompile(`(?:^|[\s:："'(（])((?:[\p{L}\p{N}-]+[.．])*([\p{L}\p{M}\p{N}-]{2,})[.．]([^\x00-\x7F]{2,9}?))($|[\s/,!?"')）])`)

// dotBeforeForeign spares most comments the expression.
func dotBeforeForeign(s string) bool {
	last := rune(0)
	for _, r := range s {
		if r >= 0x80 && r != '．' && (last == '.' || last == '．') {
			return true
		}
		last = r
	}
	return false
}

// foreignDomain returns a URL whose ending is in another alphabet: музыка.рф. The name before
// a Chinese or Japanese ending is short, because sentences have no spaces there.
func foreignDomain(written string) string {
	if !dotBeforeForeign(written) {
		return ""
	}
	for _, m := range foreign.FindAllStringSubmatch(strings.ToLower(written), 4) {
		label, ending := m[2], m[3]
		if !foreignEndings[ending] && !(foreignWords[ending] && (m[4] == "" || m[4] == "/")) || strings.Trim(label, "0123456789") == "" {
			continue
		}
		first, _ := utf8.DecodeRuneInString(ending)
		if !fold.ScriptOf(first).CJK() || utf8.RuneCountInString(label) <= 3 {
			return m[1]
		}
	}
	return ""
}

// isApart decides about a match of the expression apart: label, space, sign,
// space, ending, and what follows.
func isApart(m []string) bool {
	label, before, sign, behind, ending, after := m[1], m[2], m[3], m[4], m[5], m[6]
	if strings.Trim(label, "0123456789") == "" || before != "" && (aboutDomains[label] || ending == "app" || ending == "info") {
		return false
	}
	spaces := len(before) + len(behind)
	switch {
	case sign == "." && spaces == 0:
		return false // the plain address, see domain
	case sign == ".." && (spaces > 0 || ending == "info" || ending == "app"):
		return false
	case (sign == "," || sign == "、" || sign == "|" || sign == "*" || strings.Contains(roundSigns, sign)) && spaces > 0:
		return false // a list, or a sentence
	case ending == "info", ending == "app", ending == "vip":
		return sign != "," && sign != "、" && spaces == 0
	}
	word := strings.TrimLeft(after, " ")
	if word == after { // a sign, or a letter of a script that needs no space
		return true
	}
	return invites[word]
}

// listed recognizes the number of an item before a word: 78.中国, 2.tv.
func listed(address string) bool {
	label, ending, _ := strings.Cut(address, ".")
	if strings.Trim(label, "0123456789") != "" {
		return false
	}
	switch ending {
	case "com", "net", "org", "cn", "cc", "xyz", "vip", "ru":
		return false // 163.com
	}
	return len(label) <= 3 || ending[0] >= 0x80
}

// asASCII replaces the look-alikes of Latin letters by these letters, if they are in one word
// with Latin ones; it returns "" if there are none.
func asASCII(written string) string {
	var f fold.Text
	f.Fold([]rune(written))
	f.AddAlternatives()
	changed := false
	for i := 0; i < len(f.Runes); {
		end, plain := i, false
		for ; end < len(f.Runes) && f.Runes[end].Kind != fold.Space; end++ {
			plain = plain || 'a' <= f.Runes[end].R && f.Runes[end].R <= 'z'
		}
		for k := i; plain && k < end; k++ {
			c := &f.Runes[k]
			if c.R < 0x80 || c.Kind != fold.Letter {
				continue
			}
			for _, a := range f.Alternatives[c.Lo:c.Hi] {
				if a.Width == 1 && 'a' <= a.R && a.R <= 'z' {
					c.R, changed = a.R, true
					break
				}
			}
		}
		i = end + 1
	}
	if !changed {
		return ""
	}
	return f.String()
}

// whole extends a match to the surrounding spaces, for the moderator.
func whole(s string, from, to int) string {
	if i := strings.IndexByte(s[to:], ' '); i >= 0 {
		to += i
	} else {
		to = len(s)
	}
	return strings.TrimSpace(s[from:to])
}

var dots = strings.NewReplacer("٫", ".", "۔", ".", "⸱", ".", "⦁", ".", "⋅", ".", "。", ".", "．", ".", "｡", ".", "：", ":", "／", "/", "⁄", "/", "∕", "/", "․", ".", "﹒", ".", "‧", ".")

// squeezed joins single letters ("h t t p s : / /"), and removes spaces around dots; it
// returns "" if nothing changes.
func squeezed(s string) string {
	if !strings.Contains(s, " ") {
		return ""
	}
	words := strings.Fields(s)
	var b strings.Builder
	changed := false
	for i, w := range words {
		single := func(k int) bool {
			return k >= 0 && k < len(words) && (utf8.RuneCountInString(words[k]) == 1 || strings.Trim(words[k], ".:/") == "")
		}
		if i > 0 {
			if single(i) && single(i-1) || w == "." || words[i-1] == "." ||
				strings.HasPrefix(words[i-1], "/") && single(i-1) || strings.HasPrefix(w, "/") {
				changed = true
			} else {
				b.WriteByte(' ')
			}
		}
		b.WriteString(w)
	}
	if !changed {
		return ""
	}
	return b.String()
}

// Sites where each page has its own owner: many people may name different ones at once without
// a raid.
var sharedSites = regexp.MustCompile(`^(?:[a-z0-9-]+\.)*(?:youtube\.com|youtu\.be|bilibili\.com|b23\.tv|twitch\.tv|nicovideo\.jp|nico\.ms|tiktok\.com|douyin\.com|kuaishou\.com|weibo\.com|twitter\.com|x\.com|facebook\.com|instagram\.com|reddit\.com|github\.com|wikipedia\.org|discord\.gg|discord\.com|t\.me|bit\.ly|t\.co|tinyurl\.com|goo\.gl|google\.com|baidu\.com|steampowered\.com|spotify\.com|amazon\.[a-z.]+|imgur\.com|tenor\.com|naver\.com|kakao\.com|vk\.com)$`)

// site returns the owner's part of a URL: the registered domain, so that counters before and
// after it make no difference; on a shared site, also the page.
func site(address string) string {
	if _, rest, ok := strings.Cut(address, "://"); ok {
		address = rest
	}
	address = strings.TrimPrefix(strings.Map(func(r rune) rune {
		if r == ' ' {
			return -1
		}
		return r
	}, address), "www.")
	end := strings.IndexAny(address, "/?#:")
	if end < 0 {
		end = len(address)
	}
	host := address[:end]
	if !sharedSites.MatchString(host) {
		if registered, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
			return registered
		}
		return host
	}
	return strings.TrimRight(address, "/?#&=")
}
