package fold

import (
	"html"
	"slices"
	"strings"
	"unicode"

	"danmaku/comment"

	"golang.org/x/text/unicode/norm"
)

// Decoding is the text in one order or spelling for matching: as written, without markup,
// turned upright, or with its Korean letters composed.
type Decoding struct {
	Form     comment.Form
	Runes    []rune
	Bopomofo bool    // partly written in it, and converted to pinyin
	from, to []int32 // position of each rune in the written text; nil as written
}

// Source returns the part of the written text that the decoding's runes from (inclusive) to
// (exclusive) come from.
func (d *Decoding) Source(from, to int32) comment.Span {
	if d.from == nil {
		return comment.Span{From: int(from), To: int(to)}
	}
	s := comment.Span{From: int(d.from[from]), To: int(d.to[to-1])}
	for i := from; i < to; i++ {
		s.From, s.To = min(s.From, int(d.from[i])), max(s.To, int(d.to[i]))
	}
	return s
}

func (d *Decoding) add(r rune, from, to int) {
	d.Runes = append(d.Runes, r)
	d.from, d.to = append(d.from, int32(from)), append(d.to, int32(to))
}

// Decodings returns the variants of a text to match, the written one first.
func Decodings(text []rune) []*Decoding {
	out := []*Decoding{{Runes: text}}
	var markup, jamo, turned, mirrored, sounds, above bool
	braille, morse := 0, 0
	for _, r := range text {
		if isMorse(r) {
			morse++
			continue
		}
		switch {
		case r == '&' || r == '<' || r == '%' || r == '\\':
			markup = true
		case IsJamo(r):
			jamo = true
		case IsBopomofo(r):
			sounds = true
		case 0x2801 <= r && r <= 0x283F:
			braille++
		case firstCombining <= r && r <= lastCombining:
			above = true
		case r >= 0x80 && (r < 0x3000 || 0xA700 <= r && r < 0xA800):
			turned = turned || upright[r] != 0 && !strings.ContainsRune(ownUses, r)
			mirrored = mirrored || mirror[r] != 0 && ScriptOf(r) != Cyrillic
		}
	}
	if markup {
		if v := withoutMarkup(text); len(v.Runes) != len(text) {
			out = append(out, v)
		}
	}
	if jamo {
		out = append(out, composed(text))
	}
	if braille >= leastBraille {
		out = append(out, fromBraille(text))
	}
	if morse >= leastMorse {
		if v := fromMorse(text); v != nil {
			out = append(out, v)
		}
	}
	if sounds {
		out = append(out, spelledOut(text))
	}
	if above {
		out = append(out, withCombiningLetters(text))
	}
	if turned {
		out = append(out, turnedBy(upright, text, true), turnedBy(upright, text, false))
	}
	if mirrored {
		out = append(out, turnedBy(mirror, text, true))
	}
	return out
}

// withoutMarkup removes tags and comments and decodes HTML entities, percent and backslash
// escapes.
func withoutMarkup(text []rune) *Decoding {
	v := &Decoding{Form: comment.FormMarkup}
	for i := 0; i < len(text); {
		if n := tagLength(text[i:]); n > 0 {
			i += n
			continue
		}
		if r, n := escaped(text[i:]); n > 0 {
			v.add(r, i, i+n)
			i += n
			continue
		}
		v.add(text[i], i, i+1)
		i++
	}
	return v
}

// tagLength measures an HTML tag or comment at the start of text; 0 for none.
func tagLength(text []rune) int {
	if len(text) < 3 || text[0] != '<' {
		return 0
	}
	if len(text) >= 4 && text[1] == '!' && text[2] == '-' && text[3] == '-' {
		for i := 4; i+2 < len(text); i++ {
			if text[i] == '-' && text[i+1] == '-' && text[i+2] == '>' {
				return i + 3
			}
		}
		return 0
	}
	name := text[1]
	if name == '/' || name == '!' || name == '?' {
		name = text[2]
	}
	if name|0x20 < 'a' || name|0x20 > 'z' {
		return 0
	}
	for i, r := range text[1:] {
		switch r {
		case '>':
			return i + 2
		case '<':
			return 0
		}
	}
	return 0
}

// escaped decodes one escape at the start of text; n is its length, 0 for none.
func escaped(text []rune) (r rune, n int) {
	switch text[0] {
	case '&':
		end := slices.Index(text[:min(len(text), 32)], ';')
		if end < 2 {
			return 0, 0
		}
		src := string(text[:end+1])
		if got := []rune(html.UnescapeString(src)); len(got) == 1 {
			return got[0], end + 1
		}
	case '%':
		if v, ok := hexDigits(text[1:], 2); ok && v >= 0x20 && v < 0x7F {
			return v, 3
		}
	case '\\':
		if len(text) > 1 {
			switch text[1] {
			case 'u':
				if len(text) > 2 && text[2] == '{' {
					if end := slices.Index(text[:min(len(text), 12)], '}'); end > 3 {
						v, ok := hexDigits(text[3:], end-3)
						return okRune(v, end+1, ok)
					}
				}
				v, ok := hexDigits(text[2:], 4)
				return okRune(v, 6, ok)
			case 'U':
				v, ok := hexDigits(text[2:], 8)
				return okRune(v, 10, ok)
			case 'x':
				v, ok := hexDigits(text[2:], 2)
				return okRune(v, 4, ok)
			}
		}
	}
	return 0, 0
}

func okRune(r rune, n int, ok bool) (rune, int) {
	if !ok || r < 0x20 || r > unicode.MaxRune || 0xD800 <= r && r <= 0xDFFF {
		return 0, 0
	}
	return r, n
}

func hexDigits(text []rune, n int) (rune, bool) {
	if len(text) < n {
		return 0, false
	}
	var v rune
	for _, c := range text[:n] {
		d := strings.IndexRune("0123456789abcdef", unicode.ToLower(c))
		if d < 0 || v > 0x10FFFF {
			return 0, false
		}
		v = v<<4 | rune(d)
	}
	return v, true
}

// upright turns the letters of upside-down text back.
var upright = map[rune]rune{
	'ɐ': 'a', 'ɔ': 'c', 'ǝ': 'e', 'ɟ': 'f', 'ƃ': 'g', 'ɓ': 'g', 'ɥ': 'h', 'ᴉ': 'i', 'ı': 'i', 'ɾ': 'j', 'ſ': 'j', 'ʞ': 'k',
	'ʅ': 'l', 'ꞁ': 'l', '˥': 'l', 'ɯ': 'm', 'ɹ': 'r', 'ʇ': 't', 'ʌ': 'v', 'ʍ': 'w', 'ʎ': 'y', '∀': 'a', 'Ɔ': 'c', 'Ǝ': 'e',
	'Ⅎ': 'f', 'פ': 'g', 'Ʞ': 'k', 'Ɯ': 'm', '⊥': 't', 'Λ': 'v', '⅄': 'y', '¡': '!', '¿': '?',
	'n': 'u', 'u': 'n', 'b': 'q', 'q': 'b', 'd': 'p', 'p': 'd', 'l': 'l', 'M': 'w', 'W': 'm', 'N': 'n', 'U': 'n', '6': '9', '9': '6',
}

// ownUses are characters that look like turned ones, and that people write upright: ſ of old
// prints, ı of Turkish, ¿ and ¡ of Spanish, Λ of Greek, פ of Hebrew. By themselves they show no
// turned text.
const ownUses = "ſı¿¡Λ∀⊥פɓ"

// mirror turns the letters of text in a mirror back.
var mirror = map[rune]rune{
	'ɒ': 'a', 'ɔ': 'c', 'ɘ': 'e', 'ꟻ': 'f', 'ǫ': 'g', 'ʜ': 'h', 'ꞁ': 'j', 'ʞ': 'k', '⅃': 'l', 'ɿ': 'r', 'ƨ': 's', 'ꙅ': 's', 'ƚ': 't', 'ʏ': 'y', 'ƹ': 'z',
	'Ɔ': 'c', 'Ǝ': 'e', 'Ͷ': 'n', 'И': 'n', 'Я': 'r', 'Ƨ': 's', 'b': 'd', 'd': 'b', 'p': 'q', 'q': 'p',
}

// turnedBy turns every letter back. It reads from the end, as if the screen were turned, or
// from the beginning, if only the letters were turned.
func turnedBy(back map[rune]rune, text []rune, fromEnd bool) *Decoding {
	v := &Decoding{Form: comment.FormTurned}
	for k := range text {
		i := k
		if fromEnd {
			i = len(text) - 1 - k
		}
		r := text[i]
		if u := back[r]; u != 0 {
			r = u
		}
		v.add(r, i, i+1)
	}
	return v
}

// combiningLetters are the marks from firstCombining on that are small letters above another
// letter.
const combiningLetters = "aeioucdhmrtvx"

const (
	firstCombining = 0x0363
	lastCombining  = firstCombining + rune(len(combiningLetters)) - 1
)

// withCombiningLetters reads these marks as letters of the line: fͧͨk.
func withCombiningLetters(text []rune) *Decoding {
	v := &Decoding{}
	for i, r := range text {
		if firstCombining <= r && r <= lastCombining {
			r = rune(combiningLetters[r-firstCombining])
		}
		v.add(r, i, i+1)
	}
	return v
}

// IsJamo reports whether a character is a separate Korean letter.
func IsJamo(r rune) bool {
	return 0x3131 <= r && r <= 0x3163 || 0x1100 <= r && r <= 0x11FF || 0xFFA1 <= r && r <= 0xFFDC
}

// composed joins Korean letters that were typed one by one into syllables, as an input method
// would: a consonant belongs to the vowel after it, and closes a syllable only if none
// follows. A space, a sign or a filler may separate the letters of a syllable.
func composed(text []rune) *Decoding {
	v := &Decoding{Form: comment.FormJamo}
	const base, vowels, finals = 0xAC00, 21, 28
	for i := 0; i < len(text); {
		lead, vowel, end := -1, -1, i+1
		switch r := text[i]; {
		case base <= r && r < base+11172 && (r-base)%finals == 0:
			lead, vowel = int(r-base)/finals/vowels, int(r-base)/finals%vowels
		case IsJamo(r):
			if k := nextJamo(text, i+1); k > 0 {
				lead, vowel, end = jamoIndex(leads, r), jamoIndex(vowelJamo, text[k]), k+1
			}
		}
		if lead < 0 || vowel < 0 {
			if two := clusters[text[i]]; two != "" {
				for _, r := range two {
					v.add(r, i, i+1)
				}
			} else {
				v.add(text[i], i, i+1)
			}
			i++
			continue
		}
		final := 0
		if k := nextJamo(text, end); k > 0 && (k == end || IsJamo(text[i])) {
			next := nextJamo(text, k+1)
			opens := next > 0 && jamoIndex(vowelJamo, text[next]) >= 0
			if f := jamoIndex(finalJamo, text[k]); f >= 0 && !opens {
				final, end = f+1, k+1
			}
		}
		v.add(rune(base+(lead*vowels+vowel)*finals+final), i, end)
		i = end
	}
	return v
}

// nextJamo returns the index of the separate Korean letter at i, or behind one character that
// only separates; 0 if there is none.
func nextJamo(text []rune, i int) int {
	if i < len(text) && (isFiller(text[i]) || !IsJamo(text[i]) && KindOf(text[i]) >= Symbol) {
		i++
	}
	if i < len(text) && IsJamo(text[i]) && !isFiller(text[i]) {
		return i
	}
	return 0
}

// isFiller recognizes the letters of Korean that stand for none.
func isFiller(r rune) bool { return r == 0x115F || r == 0x1160 || r == 0x3164 || r == 0xFFA0 }

// The letters of Korean in the order of Unicode's syllables.
var (
	leads     = []rune("ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ")
	vowelJamo = []rune("ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ")
	finalJamo = []rune("ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
)

// clusters are the letters that are two finals of one syllable: ㅄ is also typed for ㅂㅅ.
var clusters = map[rune]string{
	'ㄳ': "ㄱㅅ", 'ㄵ': "ㄴㅈ", 'ㄶ': "ㄴㅎ", 'ㄺ': "ㄹㄱ", 'ㄻ': "ㄹㅁ", 'ㄼ': "ㄹㅂ", 'ㄽ': "ㄹㅅ", 'ㄾ': "ㄹㅌ", 'ㄿ': "ㄹㅍ", 'ㅀ': "ㄹㅎ", 'ㅄ': "ㅂㅅ",
}

// jamoIndex finds a letter, in any of its encodings, in one of the lists above; −1 if it is
// missing.
func jamoIndex(list []rune, r rune) int {
	if 0xFFA1 <= r && r <= 0xFFDC { // halfwidth; positions without a letter stay unchanged
		if s := []rune(norm.NFKD.String(string(r))); len(s) == 1 {
			r = s[0]
		}
	}
	switch {
	case 0x1100 <= r && r <= 0x1112:
		r = leads[r-0x1100]
	case 0x1161 <= r && r <= 0x1175:
		r = vowelJamo[r-0x1161]
	case 0x11A8 <= r && r <= 0x11C2:
		r = finalJamo[r-0x11A8]
	}
	return slices.Index(list, r)
}
