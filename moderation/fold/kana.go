package fold

import (
	_ "embed"
	"strings"

	"golang.org/x/text/unicode/norm"
)

//go:embed data/kana.bin
var kanaWords sortedKeys

// Bounds of the known Japanese words in kana, in characters.
const (
	ShortestKana = 3
	LongestKana  = 8
)

// Words that the dictionary lacks, and its words that are abuse. A change needs a new kana.bin:
// TestPackedWords says how.
const (
	ownKana = "アルバカーキ バカラ バカラット バカリャウ バカボン バーカウンター ハーゲンダッツ ブースト ブースター ブースティン カジノフォーリー シネフィル シネフィルム " +
		"アホロートル アホウドリ ハゲタカ レイプハラ キモノ キモチ カーズ クーズー セックスレス ガイジンサン ロマンコ チンコウ パチンコ " +
		"バカルディ バカウケ バカボンド バカラオ ブスケツ ブスケッツ クズネツォフ クズネツォワ クズキリ ジャーマン ハゲマシ ハゲマス"
	notKana = "バカタレ バカヅラ バカサワギ バカワライ ウスバカ コバカ クソムシ クソバエ アホウ ブスイ ハゲアタマ ザコツ " +
		"アホラシ バカゲ バカクサ バカラシ バカバカシ バカサ バカシ バカス バカセ バカソ ハゲア ハゲアガ ハゲヨ ハゲモ ハゲリャ ハゲル ハゲレ ハゲロ ハゲン"
)

// packKana packs folded kana, which are hiragana, into one number; 0 for anything else.
func packKana(word []rune) uint64 {
	if len(word) < ShortestKana || len(word) > LongestKana {
		return 0
	}
	var k uint64
	for _, r := range word {
		switch {
		case 0x3041 <= r && r <= 0x309F:
			k = k<<8 | uint64(r-0x3040)
		case r == 'ー':
			k = k<<8 | 0xFF
		default:
			return 0
		}
	}
	return k
}

// IsKana reports whether folded kana are an everyday word of Japanese.
func IsKana(word []rune) bool {
	_, ok := kanaWords.find(packKana(word))
	return ok
}

// vowelRows has the small kana of each vowel, as written, and the folded kana that end in it.
var vowelRows = []struct{ small, kana string }{
	{"ぁァｧ", "あかがさざただなはばぱまやゃらわ"}, {"ぃィｨ", "いきぎしじちぢにひびぴみり"}, {"ぅゥｩ", "うくぐすずつづぬふぶぷむゆゅる"},
	{"ぇェｪ", "えけげせぜてでねへべぺめれ"}, {"ぉォｫ", "おこごそぞとどのほぼぽもよょろを"},
}

// DrawsOut reports whether a small vowel, as written, only lengthens the folded kana before
// it, as in ばぁか.
func DrawsOut(before, small rune) bool {
	for _, row := range vowelRows {
		if strings.ContainsRune(row.small, small) {
			return strings.ContainsRune(row.kana, before)
		}
	}
	return false
}

// kanaLooks are folded kana that replace others which look like them, or are written small.
var kanaLooks = map[rune][]rune{
	'そ': {'ん'}, 'ん': {'そ'}, 'し': {'つ'}, 'つ': {'し', 'っ'}, 'っ': {'つ'}, 'ゃ': {'や'}, 'ゅ': {'ゆ'}, 'ょ': {'よ'}, 'や': {'ゃ'}, 'ゆ': {'ゅ'}, 'よ': {'ょ'},
	'ω': {'ん'}, 'ぢ': {'じ'}, 'づ': {'ず'},
}

// hanLooks are ideographs that replace kana, in addition to those of Unicode.
var hanLooks = map[rune]rune{'久': 'く', '千': 'ち', '才': 'お', '七': 'せ', '丿': 'の'}

// kanaPairs are folded kana that are written with two characters.
var kanaPairs = []struct {
	drawn string
	as    rune
}{
	{"のゝ", 'は'}, {"のヽ", 'は'}, {"の丶", 'は'}, {"ゔあ", 'ば'}, {"ゔい", 'び'}, {"ゔえ", 'べ'}, {"ゔお", 'ぼ'}, {"たひ", '死'},
}

// readKana adds the readings of a kana at i, or of a character that replaces one.
func (f *Text) readKana(i int) {
	c := &f.Runes[i]
	for _, r := range kanaLooks[c.R] {
		f.Alternatives = append(f.Alternatives, Alternative{r, 1, SoundAlike})
	}
	if i > 0 && c.R != 'ー' && DrawsOut(f.Runes[i-1].R, c.Written) {
		f.Alternatives = append(f.Alternatives, Alternative{'ー', 1, SoundAlike})
	}
	if plain := f.unvoiced(i); plain != 0 {
		f.Alternatives = append(f.Alternatives, Alternative{plain, 1, Parts})
	}
	if i+1 == len(f.Runes) || c.Script != Kana {
		return
	}
	if f.Runes[i+1].R == '"' || f.Runes[i+1].R == '°' {
		mark := "\u3099"
		if f.Runes[i+1].R == '°' {
			mark = "\u309A"
		}
		if s := []rune(norm.NFC.String(string(c.R) + mark)); len(s) == 1 {
			f.Alternatives = append(f.Alternatives, Alternative{s[0], 2, Parts})
		}
	}
	for _, p := range kanaPairs {
		if pair := []rune(p.drawn); pair[0] == c.R && pair[1] == f.Runes[i+1].R {
			f.Alternatives = append(f.Alternatives, Alternative{p.as, 2, Parts})
		}
	}
}

// unvoiced returns the kana at i without the mark that was written behind it only to hide the
// word, or for emphasis: ア゛ホ゛. It returns 0 for any other.
func (f *Text) unvoiced(i int) rune {
	c := &f.Runes[i]
	if c.To-c.From < 2 || c.Script != Kana {
		return 0
	}
	to, folded := tables().fold.of(c.Written)
	if !folded {
		return c.Written
	}
	if len(to) != 1 || to[0] == c.R {
		return 0
	}
	return to[0]
}

// readLatin adds the kana that a Latin letter between kana is typed for: ちｎこ, せｘくす.
func (f *Text) readLatin(i int) {
	as := rune(0)
	switch f.Runes[i].R {
	case 'n':
		as = 'ん'
	case 'x':
		as = 'っ'
	}
	if as != 0 && i > 0 && f.Runes[i-1].Script == Kana && i+1 < len(f.Runes) && f.Runes[i+1].Script == Kana {
		f.Alternatives = append(f.Alternatives, Alternative{as, 1, SoundAlike})
	}
}

// IsMask reports whether a sign masks one character of a Japanese or Chinese word that
// everybody can complete: ち○こ.
func IsMask(r rune) bool {
	return strings.ContainsRune("*○◯〇●◎⚪⚫⭕☆★＊×✕✖❌□■◇◆♡♥❤㊙", r)
}
