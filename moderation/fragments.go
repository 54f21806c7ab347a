package moderation

import (
	"iter"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"danmaku/comment"
	"danmaku/moderation/fold"
	"danmaku/moderation/rules"
	"danmaku/room"

	"github.com/rivo/uniseg"
)

// Bounds of the comments that can together spell a word.
const (
	fragmentsFor    = 30 * time.Second // from one fragment to the next
	fragmentLetters = 3                // a longer comment is not a fragment
	fragmentBytes   = 48               // a comment with more bytes, from many marks, is not one either
	mostFragments   = 12
	partLetters     = 16 // of a URL or a number, which have longer parts
	mostSkipping    = 6  // one of this many last fragments may be unrelated to the word
	cueBytes        = 32 // of a text that names a service
	quizLetters     = 4  // single letters that spell a shorter word are quiz answers
)

// fragmentTail is the last short comments of an author, as long as each came within
// [spelledFor] of the previous one.
type fragmentTail struct {
	fragments string // with a line break after each
	last      lastMessage
}

// togetherFor is how long the short comments of several people in a room can form one word.
const togetherFor = 10 * time.Second

// sharedFragment is a short comment of any author in a room.
type sharedFragment struct {
	author uint64
	text   string
	last   lastMessage
}

// sharedFragments returns the last short comments in a draft's room, if they are from several
// authors.
func (b *behavior) sharedFragments(d comment.Draft) (fragments []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now, author, ref := b.moment(d), b.hash(d.Room, d.User), b.ref(d)
	shared, _ := b.together.Get(b.hash(d.Room), now)
	others := false
	for _, f := range shared {
		if f.last.age(now) < togetherFor && !(f.author == author && f.last.sameAs(ref)) {
			fragments = append(fragments, f.text)
			others = others || f.author != author
		}
	}
	if !others {
		return nil
	}
	return fragments
}

// keepSharedFragment stores a draft for sharedFragments, in a room with that setting. The
// behavior must be locked.
func (b *behavior) keepSharedFragment(a *attempt) {
	if a.room.SpelledTogether != room.SpelledTogetherHeld || !isFragment(a.draft.Text) {
		return
	}
	key := b.hash(a.draft.Room)
	old, _ := b.together.Get(key, a.now)
	shared := make([]sharedFragment, 0, mostFragments)
	for _, f := range old[max(0, len(old)-mostFragments+1):] {
		if f.last.age(a.now) < togetherFor && !(f.author == a.author && f.last.sameAs(a.ref)) {
			shared = append(shared, f)
		}
	}
	before := sharedFragment{a.author, strings.ReplaceAll(a.draft.Text, "\n", " "), lastMessage{a.now.UnixMilli(), a.ref}}
	b.together.Set(key, append(shared, before), a.now)
}

// dropSharedFragment removes a draft that was not kept from its room's fragments. The behavior
// must be locked.
func (b *behavior) dropSharedFragment(d comment.Draft, author uint64, this lastMessage, now time.Time) {
	key := b.hash(d.Room)
	if shared, ok := b.together.Get(key, now); ok {
		b.together.Set(key, slices.DeleteFunc(slices.Clone(shared), func(f sharedFragment) bool { return f.author == author && f.last == this }), now)
	}
}

// isFragment reports whether a text is short enough to be part of a word, or may be part of a
// URL or a number.
func isFragment(text string) bool { return isShort(text) || isPart(text) || isCue(text) }

// isCue reports whether a short text announces a contact, so that the next text may be an
// account or a number.
func isCue(text string) bool { return len(text) <= cueBytes && asksForCalls(fold.String(text)) }

// isPart reports whether a text may be part of a URL or of a number: one word of Latin
// letters, digits and the signs of a URL.
func isPart(text string) bool {
	if _, ok := otherDigits(text); ok {
		return true
	}
	if text == "" || len(text) > partLetters {
		return false
	}
	for _, r := range text {
		if !('0' <= r && r <= '9' || 'a' <= r|0x20 && r|0x20 <= 'z' || strings.ContainsRune(linkSigns+"-_+", r)) {
			return false
		}
	}
	return true
}

// otherDigits returns a text in ASCII that consists of digits in another writing: 零零一三, ①③⑧.
func otherDigits(text string) (digits string, ok bool) {
	first, _ := utf8.DecodeRuneInString(text)
	if first < utf8.RuneSelf || hanDigit(first) < 0 && !unicode.IsNumber(first) || utf8.RuneCountInString(text) > partLetters {
		return "", false
	}
	digits = strings.Map(func(r rune) rune {
		if n := hanDigit(r); n >= 0 {
			return '0' + rune(n)
		}
		return r
	}, fold.String(text))
	return digits, strings.Trim(digits, "0123456789") == ""
}

// linkSigns are the signs of a URL, and their East Asian counterparts.
const linkSigns = "./:@。．：／＠"

// isShort reports whether a text is short enough to be part of a word.
func isShort(text string) bool {
	if text == "" || len(text) > fragmentBytes {
		return false
	}
	n := 0
	for g := uniseg.NewGraphemes(text); g.Next(); {
		if n++; n > fragmentLetters {
			return false
		}
	}
	return true
}

// before returns the fragments that existed when the sending ref came: a retry is not a
// fragment before itself.
func (t fragmentTail) before(ref uint64, now time.Time) []string {
	if t.fragments == "" || t.last.age(now) >= fragmentsFor {
		return nil
	}
	fragments := strings.Split(strings.TrimSuffix(t.fragments, "\n"), "\n")
	if t.last.sameAs(ref) {
		fragments = fragments[:len(fragments)-1]
	}
	return fragments
}

// fragments returns the short comments of a draft's author before it.
func (b *behavior) fragments(d comment.Draft) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.moment(d)
	t, _ := b.tails.Get(b.hash(d.Room, d.User), now)
	return t.before(b.ref(d), now)
}

// keepFragment stores a draft as a fragment. The behavior must be locked.
func (b *behavior) keepFragment(d comment.Draft, author, ref uint64, now time.Time) {
	if !isFragment(d.Text) {
		return
	}
	t, _ := b.tails.Get(author, now)
	fragments := append(t.before(ref, now), strings.ReplaceAll(d.Text, "\n", " "))
	if n := len(fragments) - mostFragments; n > 0 {
		fragments = fragments[n:]
	}
	b.tails.Set(author, fragmentTail{strings.Join(fragments, "\n") + "\n", lastMessage{now.UnixMilli(), ref}}, now)
}

// dropFragment removes a draft that was not kept from its author's fragments. The behavior
// must be locked.
func (b *behavior) dropFragment(d comment.Draft, author uint64, this lastMessage, now time.Time) {
	t, ok := b.tails.Get(author, now)
	if !ok || t.last != this || !isFragment(d.Text) {
		return
	}
	fragments := strings.SplitAfter(strings.TrimSuffix(t.fragments, "\n"), "\n")
	t.fragments = strings.Join(fragments[:len(fragments)-1], "")
	t.last.ref = 0
	b.tails.Set(author, t, now)
}

// checkFragments looks for a word, a URL or a number that ends in a text and began in its
// author's short comments before. The earlier ones have been shown, so this one is held, and
// never refused: that the comments belong together is a guess. One comment between the parts
// may be unrelated.
func checkFragments(sets []*rules.Rules, fragments []string, text string, setup room.Room, now int64, b *rules.Budget) comment.Verdict {
	if v := checkParts(fragments, text, setup); v.Action != comment.Pass {
		return v
	}
	word := firstWord(text)
	if !isSyllables(word) {
		return comment.Verdict{}
	}
	longer := word != text
	text = word
	fragments = slices.DeleteFunc(slices.Clone(fragments), func(p string) bool { return !isSyllables(p) })
	for i := range fragments {
		if v := checkSpelled(sets, fragments[i:], text, longer, now, b); v.Action != comment.Pass {
			return v
		}
	}
	for i := max(0, len(fragments)-mostSkipping); i < len(fragments); i++ {
		for skip := i + 1; skip < len(fragments); skip++ {
			rest := slices.Delete(slices.Clone(fragments[i:]), skip-i, skip-i+1)
			if v := checkSpelled(sets, rest, text, longer, now, b); v.Action != comment.Pass {
				return v
			}
		}
	}
	return comment.Verdict{}
}

// checkSpelled looks for a word that begins in the first fragment and ends in the text, or where
// the text ends if that is the first word of a longer one.
func checkSpelled(sets []*rules.Rules, fragments []string, text string, longer bool, now int64, b *rules.Budget) comment.Verdict {
	if len(fragments)+1 < quizLetters && isLetter(text) && !slices.ContainsFunc(fragments, func(p string) bool { return !isLetter(p) }) {
		return comment.Verdict{} // quiz answers
	}
	before := strings.Join(fragments, "")
	border := utf8.RuneCountInString(before)
	found, folded, tangled := rules.Match(sets, before+text, now, b)
	for _, h := range found {
		// From the first of these fragments into the text; fewer fragments find what begins
		// later.
		if h.Action < comment.Hold || h.Exact || h.Span.To <= border || h.Span.From >= utf8.RuneCountInString(fragments[0]) {
			continue
		}
		if longer && h.Span.To < border+utf8.RuneCountInString(text) {
			continue
		}
		return comment.Verdict{
			Action: comment.Hold, Rule: h.Rule, Word: h.Word, Folded: folded, Spans: []comment.Span{{From: 0, To: h.Span.To - border}},
		}.Because(comment.ReasonSeveral, comment.FormWritten)
	}
	if tangled {
		return tangledVerdict()
	}
	return comment.Verdict{}
}

// isSyllables reports whether a text is short enough to be part of a word, or is one syllable of
// pinyin.
func isSyllables(text string) bool { return isShort(text) || fold.Chinese().IsPinyin(text) }

// calls are the endings of a clause that may come after a word, in Chinese and Korean.
const calls = "吧啊吗呢了的呀哦嘛啦哈么야아"

// firstWord returns the first word, without an ending such as 啊, of a text of scripts without
// spaces that is longer than a part of a word: 발 진짜, 逼啊 哈哈. It returns any other text unchanged.
func firstWord(text string) string {
	first, _ := utf8.DecodeRuneInString(text)
	if !fold.ScriptOf(first).CJK() || utf8.RuneCountInString(text) <= fragmentLetters {
		return text
	}
	if end := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) }); end > 0 {
		text = text[:end]
	}
	return strings.TrimRight(text, calls)
}

// beginsShort reports whether the first word of a longer text is short enough to be part of a word.
func beginsShort(text string) bool {
	word := firstWord(text)
	return len(word) < len(text) && utf8.RuneCountInString(word) <= fragmentLetters
}

// isLetter recognizes a single Latin letter.
func isLetter(s string) bool { return len(s) == 1 && 'a' <= s[0]|0x20 && s[0]|0x20 <= 'z' }

// checkParts looks for a URL and for a number that ends in a text. Parts of a number have at
// least three digits each, except for the text before them, because people count and write
// scores.
func checkParts(fragments []string, text string, setup room.Room) comment.Verdict {
	if !isPart(text) && !isShort(text) {
		return comment.Verdict{}
	}
	several := comment.Verdict{Action: comment.Hold, Spans: []comment.Span{{From: 0, To: utf8.RuneCountInString(text)}}}
	for parts := range withOneLeftOut(fragments) {
		if setup.URLs != room.URLsAllowed && joinsLink(strings.Join(parts, ""), text) {
			several.Rule = "links"
			return several.Because(comment.ReasonSeveral, comment.FormWritten)
		}
		if joinsNumber(parts, text) || joinsAccount(parts, text, setup) {
			several.Rule = "contact"
			return several.Because(comment.ReasonSeveral, comment.FormWritten)
		}
	}
	return comment.Verdict{}
}

// withOneLeftOut returns the ends of a list of comments, and those of the last few also
// without one that may be unrelated to the others. A number among numbers is related.
func withOneLeftOut(fragments []string) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		for i := range fragments {
			if !yield(fragments[i:]) {
				return
			}
		}
		for i := max(0, len(fragments)-mostSkipping); i < len(fragments); i++ {
			for skip := i + 1; skip < len(fragments); skip++ {
				if strings.Trim(fragments[skip], "0123456789 -.+") == "" {
					continue
				}
				if !yield(slices.Delete(slices.Clone(fragments[i:]), skip-i, skip-i+1)) {
					return
				}
			}
		}
	}
}

// joinsLink reports whether two texts form one URL that crosses the border between them and
// that neither contains alone.
func joinsLink(before, text string) bool {
	first, _ := utf8.DecodeRuneInString(text)
	if !strings.ContainsRune(linkSigns, first) && !strings.ContainsAny(before, linkSigns) {
		return false
	}
	found, sure := findLink(before+text, fold.String(before+text))
	if found == "" || !sure {
		return false
	}
	earlier, _ := findLink(before, fold.String(before))
	alone, _ := findLink(text, fold.String(text))
	return earlier == "" && alone == ""
}

// joinsAccount reports whether the last of these comments names a service and the text is an
// account or a number there, which neither contains alone: vx, abc_123.
func joinsAccount(fragments []string, text string, setup room.Room) bool {
	before := fragments[len(fragments)-1]
	if !isPart(text) || len(text) < leastAccount || !isCue(before) {
		return false
	}
	if digits := strings.Trim(text, "0123456789"); digits == "" && (distinct(text) < 3 || isSaying(text)) {
		return false // laughter
	}
	is := func(s string) bool {
		v := contact(&Text{Written: s, Room: setup, budget: &rules.Budget{}})
		return v.Action != comment.Pass
	}
	return is(before+" "+text) && !is(before) && !is(text)
}

// leastAccount is the least number of characters of an account or a number.
const leastAccount = 5

// joinsNumber reports whether comments of digits form one number that is grouped like a phone
// number.
func joinsNumber(fragments []string, text string) bool {
	var all strings.Builder
	short := 0
	for _, p := range append(slices.Clone(fragments), text) {
		if other, ok := otherDigits(p); ok {
			p = other
		}
		digits := strings.TrimLeft(strings.Trim(p, "-._/ "), "+")
		if digits == "" || strings.Trim(digits, "0123456789") != "" {
			return false
		}
		if len(digits) < 3 {
			short++
		}
		all.WriteString(digits)
	}
	s := all.String()
	if short > 1 || len(fragments) > 4 || distinct(s) < 4 || isCount(s, []group{{digits: s}}) || isSaying(s) {
		return false
	}
	return isMobile(s) || s[0] == '0' && len(s) >= 10 && len(s) <= 11 || strings.HasPrefix(fragments[0], "+") && len(s) >= 9 && len(s) <= 15
}
