package fold

import (
	"slices"
	"strings"
)

// The keys of the usual Korean keyboard (KS X 5002) for each letter, in the order
// of Unicode's syllables. A tense letter has the key of its plain one.
var (
	leadKeys  = strings.Fields("r r s e e f a q q t t d w w c z x v g")
	vowelKeys = strings.Fields("k o i o j p u p h hk ho hl y n nj np nl b m ml l")
	finalKeys = strings.Fields("r r rt s sw sg e f fr fa fq ft fx fv fg a q qt t t d w c z x v g")
)

// The sounds of each letter in Latin letters, by class: the romanizations of Korean agree on
// no more than that.
const (
	leadSounds  = "kkntt" + "lmpps" + "s-ccc" + "ktph"
	vowelSounds = "aeaeo" + "eoeoa" + "eeooo" + "eiooi" + "i"
	finalSounds = "kkknn" + "ntlkm" + "lllpl" + "mpptt" + "nttkt" + "pt"
)

// AppendKeystrokes appends the keys that type Korean syllables; ok is false for
// any other character.
func AppendKeystrokes(dst, word []rune) (keys []rune, ok bool) {
	for _, r := range word {
		if !IsSyllable(r) {
			return dst, false
		}
		n := int(r - firstSyllable)
		dst = append(dst, []rune(leadKeys[n/588]+vowelKeys[n/28%21])...)
		if f := n % 28; f > 0 {
			dst = append(dst, []rune(finalKeys[f-1])...)
		}
	}
	return dst, true
}

// AppendKoreanSounds appends the sounds of Korean syllables as
// [AppendRomanizedSounds] reads them in Latin letters; ok is false for any other
// character.
func AppendKoreanSounds(dst, word []rune) (sounds []rune, ok bool) {
	start := len(dst)
	emit := func(r byte) {
		if r != '-' && (len(dst) == start || dst[len(dst)-1] != rune(r)) {
			dst = append(dst, rune(r))
		}
	}
	for _, r := range word {
		if !IsSyllable(r) {
			return dst, false
		}
		n := int(r - firstSyllable)
		emit(leadSounds[n/588])
		emit(vowelSounds[n/28%21])
		if f := n % 28; f > 0 {
			emit(finalSounds[f-1])
		}
	}
	return dst, true
}

// romanVowels are the groups of Latin vowels that stand for one Korean vowel.
var romanVowels = map[string]rune{
	"a": 'a', "ya": 'a', "wa": 'a', "ah": 'a', "e": 'e', "ae": 'e', "ye": 'e', "yae": 'e', "we": 'e', "wae": 'e', "oe": 'e', "eh": 'e', "ay": 'e', "ey": 'e',
	"i": 'i', "y": 'i', "ee": 'i', "ui": 'i', "wi": 'i', "ie": 'i',
	"o": 'o', "u": 'o', "eo": 'o', "eu": 'o', "oo": 'o', "yo": 'o', "yu": 'o', "yeo": 'o', "woo": 'o', "uh": 'o', "oh": 'o', "ou": 'o', "wo": 'o', "yuh": 'o', "you": 'o',
}

// romanVowel reads the longest such group at the start of a word, and its length in letters; 0
// for none.
func romanVowel(word []rune) (r rune, n int) {
	for n := min(3, len(word)); n > 0; n-- {
		if r, ok := romanVowels[string(word[:n])]; ok {
			return r, n
		}
	}
	return 0, 0
}

// AppendRomanizedSounds appends the sounds of Latin letters that write Korean, by class.
// distinct reports whether they contain a spelling that is rare elsewhere: a doubled consonant
// or two letters for one vowel. ok is false for letters that no such spelling has.
func AppendRomanizedSounds(dst, word []rune) (sounds []rune, distinct, ok bool) {
	start := len(dst)
	emit := func(r rune) {
		if len(dst) == start || dst[len(dst)-1] != r {
			dst = append(dst, r)
		}
	}
	isVowel := func(i int) bool { return i < len(word) && strings.ContainsRune("aeiouyw", word[i]) }
	for i := 0; i < len(word); {
		if isVowel(i) {
			v, n := romanVowel(word[i:])
			if n == 0 {
				return dst, false, false
			}
			distinct = distinct || n > 1 && (word[i+n-2] == 'a' && word[i+n-1] == 'e' || word[i+n-2] == 'e' && strings.ContainsRune("ou", word[i+n-1]))
			emit(v)
			i += n
			if i < len(word) && word[i] == 'h' && !isVowel(i+1) {
				i++
			}
			continue
		}
		next := rune(0)
		if i+1 < len(word) {
			next = word[i+1]
		}
		r, n := rune(0), 1
		switch word[i] {
		case 'g', 'k', 'q':
			r = 'k'
		case 'c':
			if r = 'k'; next == 'h' {
				r, n = 'c', 2
			}
		case 'd', 't':
			r = 't'
		case 'b', 'p', 'v', 'f':
			r = 'p'
		case 's', 'x':
			r = 's'
		case 'z', 'j':
			r = 'c'
		case 'r', 'l':
			r = 'l'
		case 'm', 'h':
			r = word[i]
		case 'n':
			if r = 'n'; next == 'g' {
				n = 2
			}
		default:
			return dst, false, false
		}
		if n == 1 && next == 'h' && strings.ContainsRune("sptk", word[i]) {
			n = 2
		}
		distinct = distinct || n == 1 && next == word[i] && slices.Contains([]rune("kgsbpdtj"), next)
		emit(r)
		i += n
	}
	return dst, distinct, true
}
