package fold

// Phone is one sound of a word as its letters probably mean it: shyt and shiit sound like
// shit, phuk like fuck, казіно like казино.
type Phone struct {
	R        rune // a Latin letter; C for ch, S for sh
	From, To int  // the letters that write it
}

// cyrillicPhones lists the sounds of Cyrillic letters in Latin ones, so that both alphabets
// match.
var cyrillicPhones = map[rune]string{
	'а': "a", 'б': "b", 'в': "v", 'г': "g", 'ґ': "g", 'д': "d", 'е': "e", 'ё': "e", 'є': "e", 'э': "e", 'ж': "j", 'з': "s", 'и': "i",
	'й': "i", 'і': "i", 'ї': "i", 'ы': "i", 'к': "k", 'л': "l", 'м': "m", 'н': "n", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t",
	'у': "u", 'ў': "u", 'ф': "f", 'х': "h", 'ч': "C", 'ш': "S", 'щ': "S", 'ъ': "", 'ь': "", 'ю': "iu", 'я': "ia",
	'ђ': "j", 'ј': "i", 'љ': "l", 'њ': "n", 'ћ': "C", 'џ': "j",
}

// AppendPhones appends the sounds of a folded word of Latin or Cyrillic letters. Equal sounds
// in a row are one. The rules belong to no single language: they only have to treat a word and
// its respelling alike.
func AppendPhones(dst []Phone, word []rune) []Phone {
	start := len(dst)
	emit := func(r rune, from, to int) {
		if n := len(dst); n > start && dst[n-1].R == r {
			dst[n-1].To = to
			return
		}
		dst = append(dst, Phone{r, from, to})
	}
	at := func(i int) rune {
		if i < 0 || i >= len(word) {
			return 0
		}
		return word[i]
	}
	for i := 0; i < len(word); {
		c, next, beyond := word[i], at(i+1), at(i+2)
		r, n := c, 1
		switch c {
		case 't', 's', 'z', 'c', 'p', 'q', 'g', 'd':
			r, n = consonantPhone(c, next, beyond, at(i+3))
		case 'x':
			if i > 0 && next != 0 && !vowel(next) { // covers a letter
				i++
				continue
			}
			emit('k', i, i+1)
			r = 's'
		case 'h':
			if i > 0 && (!(vowel(at(i-1)) && vowel(next)) || at(i-1) == next) {
				if len(dst) > start {
					dst[len(dst)-1].To = i + 1
				}
				i++
				continue
			}
		case 'a', 'e', 'i', 'o', 'u', 'y':
			r, n = vowelPhone(c, next, beyond)
		case 'ц':
			if i > 0 && hard(at(i-1)) && hard(next) { // no syllable: it replaces the у that it looks like
				r = 'u'
				break
			}
			emit('t', i, i+1)
			r = 's'
		default:
			if to, ok := cyrillicPhones[c]; ok {
				for _, p := range to {
					emit(p, i, i+1)
				}
				i++
				continue
			}
		}
		emit(r, i, i+n)
		i += n
	}
	return dst
}

// consonantPhone reads a consonant, together with the letters behind it if they are one sound.
// These are 0 after the end of the word.
func consonantPhone(c, next, beyond, fourth rune) (r rune, letters int) {
	switch {
	case c == 't' && next == 'c' && beyond == 'h':
		return 'C', 3
	case c == 't' && (next == 't' || next == 's' || next == 'c') && beyond == 'c' && fourth == 'h': // bittch, bitsch
		return 'C', 4
	case c == 's' && next == 's':
		return 's', 2
	case c == 's' && next == 'c' && beyond == 'h':
		return 'S', 3
	case c == 's' && next == 'h':
		return 'S', 2
	case c == 'z' && next == 'z':
		return 's', 2
	case c == 'z':
		return 's', 1
	case c == 'c' && (next == 'c' || next == 'k'):
		return 'k', 2
	case c == 'c' && next == 'h':
		return 'C', 2
	case c == 'c' && (next == 'e' || next == 'i' || next == 'y'):
		return 's', 1
	case c == 'c' && next != 0:
		return 'k', 1
	case c == 'p' && next == 'h':
		return 'f', 2
	case c == 'q' && next == 'u' && (beyond == 'e' || beyond == 'i'):
		return 'k', 2
	case c == 'q':
		return 'k', 1
	case c == 'g' && (next == 'g' || next == 'h' || next == 'u' && (beyond == 'e' || beyond == 'i')):
		return 'g', 2
	case c == 'd' && next == 't':
		return 't', 2
	}
	return c, 1
}

// vowelPhone reads a vowel, together with the next one if both are one sound in the languages
// that spell so.
func vowelPhone(c, next, beyond rune) (r rune, letters int) {
	switch {
	case c == 'e' && (next == 'e' || next == 'a' || next == 'i' || next == 'y'), c == 'i' && next == 'e':
		return 'i', 2
	case c == 'o' && (next == 'o' || next == 'u'):
		return 'u', 2
	case c == 'a' && next == 'w' && beyond != 0 && !vowel(beyond):
		return 'o', 2
	case (c == 'u' || c == 'a') && next == 'h' && beyond == 0:
		return 'a', 2
	case c == 'y':
		return 'i', 1
	}
	return c, 1
}

func vowel(r rune) bool {
	switch r {
	case 'a', 'e', 'i', 'o', 'u', 'y':
		return true
	}
	return false
}

// hard recognizes the consonants of Cyrillic.
func hard(r rune) bool {
	to := cyrillicPhones[r]
	return to != "" && !vowel(rune(to[0]))
}
