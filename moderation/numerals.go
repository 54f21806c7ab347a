package moderation

import (
	"maps"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"danmaku/moderation/fold"

	"golang.org/x/text/unicode/norm"
)

// numerals lists the words for digits by language, each line from 0 to 9. A slash separates
// two words for the same digit.
const numerals = `
zero/oh/nil one two three four five six seven eight nine
cero uno dos tres cuatro cinco seis siete ocho nueve
zero um/uma dois/duas tres quatro cinco seis/meia sete oito nove
zero un/une deux trois quatre cinq six sept huit neuf
null eins/ein zwei/zwo drei vier fünf/fuenf sechs sieben acht neun
zero uno due tre quattro cinque sei sette otto nove
ноль/нуль один/одна два/две три четыре пять шесть семь восемь девять
нуль один два три чотири пять/п'ять шість сім вісім девять/дев'ять
nol/kosong satu dua tiga empat lima enam tujuh delapan/lapan sembilan
sıfır bir iki üç dört beş altı yedi sekiz dokuz
không một/mốt hai ba bốn/tư năm/lăm sáu bảy/bẩy tám chín
zero jeden dwa trzy cztery pięć sześć siedem osiem dziewięć
wala/zero isa dalawa tatlo apat lima anim pito walo siyam
صفر واحد اثنان/اثنين ثلاثة اربعة/أربعة خمسة ستة سبعة ثمانية تسعة
शून्य एक दो तीन चार पांच/पाँच छह/छः सात आठ नौ
shunya ek do teen char/chaar paanch/panch chhe/chah saat aath nau
ling yi/yao er san si wu liu qi ba jiu
nul een/één twee drie vier vijf zes zeven acht negen
noll ett/en två tre fyra fem sex sju åtta nio
nul/null en/én to/et tre fire fem seks syv/sju otte/åtte ni
nolla yksi kaksi kolme neljä viisi kuusi seitsemän kahdeksan yhdeksän
nula jedna/jeden dva/dvě tři/tri čtyři/štyri pět/päť šest/šesť sedm/sedem osm/osem devět/deväť
nula jedan/jedna dva tri četiri pet šest sedam osam devet
zero unu/una doi/două trei patru cinci șase șapte opt nouă
nulla egy kettő/két három négy öt hat hét nyolc kilenc
μηδέν ένα/ένας δύο τρία τέσσερα πέντε έξι επτά/εφτά οκτώ/οχτώ εννέα/εννιά
אפס אחת/אחד שתיים/שניים שלוש/שלושה ארבע/ארבעה חמש/חמישה שש/שישה שבע/שבעה שמונה תשע/תשעה
صفر یک دو سه چهار پنج شش هفت هشت نه
শূন্য এক দুই তিন চার পাঁচ ছয় সাত আট নয়
பூஜ்யம்/பூஜ்ஜியம் ஒன்று இரண்டு மூன்று நான்கு ஐந்து ஆறு ஏழு எட்டு ஒன்பது
нула један/једна два/две три четири пет шест седам осам девет
صفر ایک دو تین چار پانچ چھ سات آٹھ نو
sifuri moja mbili tatu nne tano sita saba nane tisa
ნული ერთი ორი სამი ოთხი ხუთი ექვსი შვიდი რვა ცხრა
զրո մեկ երկու երեք չորս հինգ վեց յոթ ութ ինը
нула едно/един две/два три четири пет шест седем осем девет
sero/zero isa/uno dalawa/dos tatlo/tres apat/kuwatro lima/singko anim/sais pito/siyete walo/otso siyam/nuwebe
`

// tens are words for several digits of a number that is read in pairs or threes.
const tens = `
ten 10 eleven 11 twelve 12 thirteen 13 fourteen 14 fifteen 15 sixteen 16 seventeen 17 eighteen 18 nineteen 19
twenty 20 thirty 30 forty 40 fifty 50 sixty 60 seventy 70 eighty 80 ninety 90
десять 10 одиннадцать 11 двенадцать 12 тринадцать 13 четырнадцать 14 пятнадцать 15 шестнадцать 16 семнадцать 17 восемнадцать 18 девятнадцать 19
двадцать 20 тридцать 30 сорок 40 пятьдесят 50 шестьдесят 60 семьдесят 70 восемьдесят 80 девяносто 90
сто 100 двести 200 триста 300 четыреста 400 пятьсот 500 шестьсот 600 семьсот 700 восемьсот 800 девятьсот 900
`

// between are words and signs inside a number that is read aloud.
var between = map[string]bool{"double": true, "triple": true, "dash": true, "minus": true, "plus": true, "and": true, "hyphen": true, "space": true}

// spokenDigits has the digits of every word, and of the words of each language.
var spokenDigits = sync.OnceValue(func() (words struct {
	of        map[string]string
	languages []map[string]string
}) {
	words.of = map[string]string{}
	for line := range strings.Lines(strings.TrimSpace(numerals)) {
		language := map[string]string{}
		for digit, forms := range strings.Fields(line) {
			for form := range strings.SplitSeq(forms, "/") {
				language[fold.String(form)] = string(rune('0' + digit))
			}
		}
		maps.Copy(words.of, language)
		words.languages = append(words.languages, language)
	}
	f := strings.Fields(tens)
	for i := 0; i < len(f); i += 2 {
		words.of[fold.String(f[i])] = f[i+1]
	}
	return words
})

// numberWords recognizes a number of seven and more digits that is spelled in
// words, or in words and digits, unless it just counts.
func numberWords(written, folded string) bool {
	if len(folded) < 14 {
		return false
	}
	return spokenNumber(folded) || syllableNumber(written)
}

// spokenNumber reads the words of languages that separate them with spaces.
func spokenNumber(folded string) bool {
	known := spokenDigits().of
	var digits strings.Builder
	var words []string // of the digits
	said := 0          // how many of them are words
	whole := func() bool {
		s := digits.String()
		found := said >= 3 && len(s) >= minContact && !justCounts(s) && !countsInLanguage(words)
		digits.Reset()
		words, said = words[:0], 0
		return found
	}
	for word := range strings.FieldsFuncSeq(folded, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && r != '\''
	}) {
		switch d, ok := known[word]; {
		case ok:
			digits.WriteString(d)
			words = append(words, word)
			said++
		case strings.Trim(word, "0123456789") == "":
			digits.WriteString(word)
			words = append(words, word)
		case !between[word]:
			if whole() {
				return true
			}
		}
	}
	return whole()
}

// countsInLanguage reports whether words of one language just count. A word may be another
// digit in another language: ba is three in Vietnamese and eight in Chinese.
func countsInLanguage(words []string) bool {
	for _, known := range spokenDigits().languages {
		var digits strings.Builder
		for _, word := range words {
			d, ok := known[word]
			if !ok {
				digits.Reset()
				break
			}
			digits.WriteString(d)
		}
		if digits.Len() > 0 && justCounts(digits.String()) {
			return true
		}
	}
	return false
}

// justCounts recognizes numbers that count, repeat themselves, or have only two different
// digits.
func justCounts(s string) bool {
	if distinct(s) < 3 || countsAlong(s) || strings.HasPrefix("123456789101112131415161718192021222324252627282930", s) || strings.HasSuffix("2019181716151413121110987654321", s) {
		return true
	}
	for period := 2; period <= 4; period++ {
		if len(s) >= 2*period && strings.HasPrefix(strings.Repeat(s[:period], len(s)), s) {
			return true
		}
	}
	return isSaying(s)
}

// Syllables that are digits, of languages that write them without spaces: Korean, Japanese in
// hiragana, and Thai, the longer ones first.
var syllables = []struct{ syllable, digit string }{
	{"공", "0"}, {"영", "0"}, {"일", "1"}, {"이", "2"}, {"삼", "3"}, {"사", "4"}, {"오", "5"}, {"육", "6"}, {"륙", "6"}, {"칠", "7"}, {"팔", "8"}, {"구", "9"},
	{"きゅう", "9"}, {"きゅー", "9"}, {"ぜろ", "0"}, {"れい", "0"}, {"まる", "0"}, {"いち", "1"}, {"さん", "3"}, {"よん", "4"}, {"ろく", "6"}, {"なな", "7"}, {"しち", "7"}, {"はち", "8"},
	{"に", "2"}, {"し", "4"}, {"ご", "5"}, {"く", "9"},
	{"ศูนย์", "0"}, {"หนึ่ง", "1"}, {"สอง", "2"}, {"สาม", "3"}, {"สี่", "4"}, {"ห้า", "5"}, {"หก", "6"}, {"เจ็ด", "7"}, {"แปด", "8"}, {"เก้า", "9"},
}

// syllableNumber reads such syllables. Nine and more of them with four different digits form
// no other word.
func syllableNumber(written string) bool {
	if !strings.ContainsFunc(written, func(r rune) bool {
		return 0x3041 <= r && r <= 0x30FF || 0xAC00 <= r && r <= 0xD7A3 || 0x0E01 <= r && r <= 0x0E2E
	}) {
		return false
	}
	text := strings.Map(func(r rune) rune {
		if 0x30A1 <= r && r <= 0x30F6 {
			return r - 0x60
		}
		return r
	}, norm.NFKC.String(written))
	var digits strings.Builder
	for text != "" {
		found := false
		for _, s := range syllables {
			if rest, ok := strings.CutPrefix(text, s.syllable); ok {
				digits.WriteString(s.digit)
				text, found = rest, true
				break
			}
		}
		if found {
			continue
		}
		r, n := utf8.DecodeRuneInString(text)
		text = text[n:]
		switch {
		case '0' <= r && r <= '9' && digits.Len() > 0:
			digits.WriteRune(r)
		case r == ' ' || r == '-' || r == '.' || r == ',' || r == '、' || r == 'の' || r == 'ー' || r == '에' || r == '다' || r == '시':
		default:
			if isSyllableNumber(digits.String()) {
				return true
			}
			digits.Reset()
		}
	}
	return isSyllableNumber(digits.String())
}

func isSyllableNumber(s string) bool {
	return len(s) >= minContact+2 && distinct(s) > 3 && !justCounts(s)
}
