package moderation

import (
	"regexp"
	"strings"

	"danmaku/comment"
)

// Domains that people write as addresses. Those of the second list are also
// words or ends of words, so they count only with a path, a scheme or www.
const (
	plainDomains = `com|net|org|info|biz|xyz|io|gg|tv|cn|ru|jp|kr|tw|hk|uk|app|dev|site|online|shop|store|vip|icu|cc|tk|ml|ga|cf|gq|pw|ws|ly|club|website|space|ltd|asia|mobi|wang|网址|中国|公司`
	wordDomains  = `me|in|is|it|to|at|be|no|so|my|do|am|as|us|id|de|la|es|fr|nl|pl|fi|se|ch|eu|ca|co|ai|link|live|fun|top|win|bet|life|world|today|one|cool|cat|moe|best|plus|pro|red|work|games|bid|men|click|download|stream|chat|gd|gl|im|sh|st|vc|to|fm|mx|br|ar|cl|il|ir|th|vn|ph|sg|pk`
)

var (
	scheme = regexp.MustCompile(`\b(?:https?|ftp|magnet|ed2k|thunder) ?[:：] ?(?:/|\?|\\)|https?(?::|//)|\bwww ?[.] ?[a-z0-9]`)
	domain = regexp.MustCompile(`(?:^|[^a-z0-9@.-])((?:[a-z0-9][a-z0-9-]*\.)+(?:` + plainDomains + `))(?:[^a-z0-9.-]|\.?$|\.[^a-z0-9])`)
	path   = regexp.MustCompile(`(?:^|[^a-z0-9.-])((?:[a-z0-9][a-z0-9-]*\.)+(?:` + wordDomains + `|` + plainDomains + `))(?::[0-9]+)?/[a-z0-9@_?#+-]`)
	mail   = regexp.MustCompile(`[a-z0-9._%+-]{2,}@[a-z0-9-]+\.[a-z]{2,}`)
	spoken = regexp.MustCompile(`[a-z0-9-]{2,} ?(?:\(dot\)|\[dot\]|\{dot\}|<dot>|\(\.\)|\[\.\]|\{\.\}| dot |点|點| punkt ) ?(?:` + plainDomains + `|me/)\b`)
	ip     = regexp.MustCompile(`\b[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?::[0-9]{2,5}|/[a-z0-9])`)

	// Names of things that look like a domain.
	notDomains = map[string]bool{
		"asp.net": true, "ado.net": true, "vb.net": true, "ml.net": true, "socket.io": true, "draw.io": true,
		"node.io": true,
	}
)

// links refuses addresses where the room does not allow them. It reads the
// folded text, so that other widths, alphabets and full stops do not help.
func links(folded string, room comment.Room) comment.Verdict {
	if room.Links == comment.GateAllowed {
		return comment.Verdict{}
	}
	if found := findLink(folded); found != "" {
		return comment.Verdict{Action: comment.Refuse, Rule: "links", Word: found, Detail: "an address, and this room shows none"}
	}
	return comment.Verdict{}
}

// findLink gives the first address in a folded text, empty when there is none.
func findLink(folded string) string {
	// Every address has one of these; most comments have none.
	if !strings.ContainsAny(folded, ".。．｡·:@点點") && !strings.Contains(folded, "dot") && !strings.Contains(folded, "www") {
		return ""
	}
	text := dots.Replace(folded)
	for _, t := range []string{text, squeezed(text)} {
		if t == "" {
			continue
		}
		for _, re := range []*regexp.Regexp{scheme, path, mail, ip, spoken} {
			if at := re.FindStringIndex(t); at != nil {
				return whole(t, at[0], at[1])
			}
		}
		for _, m := range domain.FindAllStringSubmatch(t, 4) {
			if !notDomains[m[1]] {
				return m[1]
			}
		}
	}
	return ""
}

// whole widens a find to the next spaces, for the moderator to read.
func whole(s string, from, to int) string {
	if i := strings.IndexByte(s[to:], ' '); i >= 0 {
		to += i
	} else {
		to = len(s)
	}
	return strings.TrimSpace(s[from:to])
}

var dots = strings.NewReplacer("。", ".", "．", ".", "｡", ".", "：", ":", "／", "/", "⁄", "/", "∕", "/", "․", ".", "﹒", ".")

// squeezed closes up letters that stand singly ("h t t p s : / /"), and dots
// with spaces around them; empty when nothing changes.
func squeezed(s string) string {
	if !strings.Contains(s, " ") {
		return ""
	}
	words := strings.Fields(s)
	var b strings.Builder
	changed := false
	for i, w := range words {
		single := func(k int) bool {
			return k >= 0 && k < len(words) && (len(words[k]) == 1 || strings.Trim(words[k], ".:/") == "")
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
