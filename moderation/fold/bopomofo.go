package fold

import (
	"slices"
	"strings"
)

// The letters of Bopomofo in the order of Unicode, from U+3105 on, in pinyin.
var bopomofo = strings.Fields("b p m f d t n l g k h j q x zh ch sh r z c s a o e e ai ei ao ou an en ang eng er i u v")

// syllabic are the initials that are syllables without a vowel.
var syllabic = strings.Fields("zh ch sh r z c s")

const (
	firstBopomofo, lastBopomofo = 0x3105, 0x3129
	firstVowel, firstMedial     = 0x311A, 0x3127
)

// bopomofoFinals are the finals whose spelling differs from that of their letters.
var bopomofoFinals = map[string]string{
	"iou": "iu", "ien": "in", "ieng": "ing", "uei": "ui", "uen": "un", "ueng": "ong", "ven": "vn", "veng": "iong", "ve": "ve",
}

// bareFinals are the finals without an initial.
var bareFinals = map[string]string{
	"i": "yi", "in": "yin", "ing": "ying", "iu": "you", "u": "wu", "ui": "wei", "un": "wen", "ong": "weng", "v": "yu", "ve": "yue", "van": "yuan", "vn": "yun", "iong": "yong",
}

// IsBopomofo reports whether r is a letter of Bopomofo.
func IsBopomofo(r rune) bool { return firstBopomofo <= r && r <= lastBopomofo }

// spelledOut writes Bopomofo in pinyin: ㄕㄚˇㄅㄧ is shabi. An initial without a
// vowel becomes its first letter. Tones are left out.
func spelledOut(text []rune) *Decoding {
	v := &Decoding{Bopomofo: true}
	whole := false // the syllable before had a vowel, and stands directly before this one
	for i := 0; i < len(text); {
		if !IsBopomofo(text[i]) {
			v.add(text[i], i, i+1)
			i, whole = i+1, false
			continue
		}
		from, initial, final := i, "", ""
		if text[i] < firstVowel {
			initial = bopomofo[text[i]-firstBopomofo]
			i++
		}
		if i < len(text) && IsBopomofo(text[i]) && text[i] >= firstMedial {
			final = bopomofo[text[i]-firstBopomofo]
			i++
		}
		if i < len(text) && firstVowel <= text[i] && text[i] < firstMedial {
			final += bopomofo[text[i]-firstBopomofo]
			i++
		}
		if i < len(text) && strings.ContainsRune("ˉˊˇˋ˙", text[i]) {
			i++
			whole = true // the tone marks a whole syllable
		}
		if final == "" && whole && slices.Contains(syllabic, initial) {
			final = "i"
		}
		whole = final != ""
		if s := bopomofoFinals[final]; s != "" {
			final = s
		}
		if final == "" {
			initial = initial[:1]
		} else if initial == "" {
			if s := bareFinals[final]; s != "" {
				final = s
			} else if final[0] == 'i' {
				final = "y" + final[1:]
			} else if final[0] == 'u' {
				final = "w" + final[1:]
			}
		} else if strings.Contains("jqx", initial) {
			final = strings.Replace(final, "v", "u", 1)
		}
		for _, r := range initial + final {
			v.add(r, from, i)
		}
	}
	return v
}
