package fold

import (
	"strings"
	"unicode"
)

// romajiRows are folded kana by row; each has the vowels a, i, u, e and o, and a blank where a
// row has no kana.
var romajiRows = []struct{ consonant, kana string }{
	{"", "あいうえお"}, {"k", "かきくけこ"}, {"g", "がぎぐげご"}, {"s", "さしすせそ"}, {"z", "ざじずぜぞ"}, {"t", "たちつてと"}, {"z", "　ぢづ　　"}, {"d", "だ　　でど"},
	{"n", "なにぬねの"}, {"h", "はひふへほ"}, {"b", "ばびぶべぼ"}, {"b", "　　ゔ　　"}, {"p", "ぱぴぷぺぽ"}, {"m", "まみむめも"}, {"y", "や　ゆ　よ"}, {"r", "らりるれろ"}, {"w", "わ　　　　"},
}

// romajiOf has the letters of each folded kana. A small tsu and the long-vowel mark have none,
// because doubled letters do not count.
var romajiOf = func() map[rune]string {
	out := map[rune]string{'ん': "n", 'を': "o", 'っ': "", 'ー': ""}
	for _, row := range romajiRows {
		for i, r := range []rune(row.kana) {
			if r != '　' {
				out[r] = row.consonant + "aiueo"[i:i+1]
			}
		}
	}
	return out
}()

// kanaOf has the folded kana of each syllable of romaji.
var kanaOf = func() map[string]rune {
	out := map[string]rune{"shi": 'し', "chi": 'ち', "tsu": 'つ', "fu": 'ふ', "ji": 'じ'}
	for kana, letters := range romajiOf {
		if _, known := out[letters]; letters != "" && (!known || kana < out[letters]) && letters != "n" && kana != 'を' {
			out[letters] = kana
		}
	}
	return out
}()

// Bounds of romaji between kana.
const (
	longestRomajiSyllable = 3
	longestRomajiRun      = 2 * longestRomajiSyllable
)

// romajiEnd returns the end of the Latin letters from i on if they are a few, all in one case,
// directly beside kana or an ideograph: キmoい, 死ne. Otherwise it returns i.
func (f *Text) romajiEnd(i int) int {
	isJapanese := func(k int) bool {
		return k >= 0 && k < len(f.Runes) && (f.Runes[k].Script == Kana || f.Runes[k].Script == Han)
	}
	end, capitals := i, 0
	for ; end < len(f.Runes) && f.Runes[end].Script == Latin; end++ {
		if unicode.IsUpper(f.Runes[end].Written) {
			capitals++
		}
	}
	if end-i > longestRomajiRun || capitals > 0 && capitals < end-i || !isJapanese(i-1) && !isJapanese(end) {
		return i
	}
	return end
}

// readRomaji adds the kana that the Latin letters from i on spell.
func (f *Text) readRomaji(i int) {
	var letters [longestRomajiSyllable]byte
	for n := range longestRomajiSyllable {
		if i+n >= len(f.Runes) || f.Runes[i+n].R < 'a' || f.Runes[i+n].R > 'z' {
			return
		}
		letters[n] = byte(f.Runes[i+n].R)
		if kana := kanaOf[string(letters[:n+1])]; kana != 0 {
			f.Alternatives = append(f.Alternatives, Alternative{kana, int8(n + 1), InRomaji})
		}
	}
}

// Romaji writes folded kana in Latin letters, in the form of [RomajiWord]; "" for any other
// characters.
func Romaji(kana []rune) string {
	var b strings.Builder
	for _, r := range kana {
		s, ok := romajiOf[r]
		if !ok {
			return ""
		}
		b.WriteString(s)
	}
	return plainRomaji(b.String())
}

// romajiSpellings turns the usual spellings into one.
var romajiSpellings = strings.NewReplacer(
	"tch", "ty", "shi", "si", "sh", "sy", "chi", "ti", "ch", "ty", "tsu", "tu", "ji", "zi", "jy", "zy", "j", "zy", "dzu", "zu", "dz", "z", "di", "zi", "du", "zu",
	"fu", "hu", "mb", "nb", "mp", "np", "ou", "o", "n'", "n",
)

// RomajiWord returns the plain form of a word in Latin letters that may be Japanese: without
// doubled letters, whose number people do not agree on; "" if it cannot be.
func RomajiWord(word string) string {
	plain := romajiSpellings.Replace(word)
	if strings.ContainsAny(plain, "cfjlqvx") {
		return ""
	}
	return plainRomaji(plain)
}

// plainRomaji drops doubled letters and the i of きゃ, whose small kana is folded.
func plainRomaji(s string) string {
	out := make([]byte, 0, len(s))
	for i := range len(s) {
		n := len(out)
		switch {
		case n > 0 && out[n-1] == s[i]:
			continue
		case s[i] == 'y' && n > 1 && out[n-1] == 'i' && !strings.ContainsRune("aiueo", rune(out[n-2])):
			out = out[:n-1]
		case s[i] < 'a' || s[i] > 'z':
			return ""
		}
		out = append(out, s[i])
	}
	return string(out)
}
