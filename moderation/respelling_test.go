package moderation_test

import (
	"strings"
	"testing"

	"danmaku/comment"
	"danmaku/moderation/rules"
)

const respelledWords = `*fuck*
bitch*
biscuit
dragon*
pepper
elephant
go outside
open the window
капуста
*пирог*
lopez
hunde
strict @exact
quietly => refuse
`

// Respellings are held, whatever the action of the entry.
func TestRespelling(t *testing.T) {
	set := compileQuiet(respelledWords)
	for _, tt := range []struct{ text, word string }{
		// By sound.
		{"biskit", "biscuit"}, {"bisquit", "biscuit"}, {"phuck", "fuck"}, {"fuk", "fuck"}, {"phuking", "fuck"}, {"motherphukers", "fuck"},
		{"elephunt", "elephant"}, {"peper", "pepper"}, {"bytch", "bitch"}, {"beetch", "bitch"}, {"dhraghon", "dragon"},
		// One sound added, missing or changed.
		{"biscut", "biscuit"}, {"elephnt", "elephant"}, {"elephalnt", "elephant"}, {"elephand", "elephant"}, {"fxck", "fuck"}, {"fck", "fuck"}, {"fcked", "fuck"},
		// Turned letters, turned words.
		{"fcuk", "fuck"}, {"pepepr", "pepper"}, {"kcuf", "fuck"}, {"k c u f", "fuck"}, {"reppep", "pepper"},
		// Phrases, and words in two.
		{"open the windo", "open the window"}, {"go outsaid", "go outside"}, {"go odsaid", ""}, {"go ootside", "go outside"}, {"go outsid", "go outside"}, {"open the win dow", "open the window"}, {"ele phant", "elephant"}, {"dra-gon", "dragon"},
		// Digits and signs in a respelling by sound.
		{"b1skit", "biscuit"}, {"el3fant", "elephant"}, {"elefandt", "elephant"}, {"bi$kit", "biscuit"},
		// Other alphabets.
		{"kapusta", "капуста"}, {"gabusta", ""}, {"pirogka", "пирог"}, {"пырог", "пирог"}, {"tragon", "dragon"}, {"bepper", "pepper"}, {"капустаа", "капуста"}, {"пірог", "пирог"}, {"пиrог", "пирог"}, {"капцста", "капуста"}, {"капу$таа", "капуста"}, {"элефант", "elephant"}, {"дрэгон", ""},
		{"quitely", "quietly"}, {"qietly", "quietly"}, {"strikt", ""},
	} {
		v := check(set, tt.text)
		if got := strings.Trim(v.Word, "*"); got != tt.word || tt.word != "" && v.Action != comment.Hold {
			t.Errorf("%q: %v for %q, want held for %q", tt.text, v.Action, got, tt.word)
		}
	}
}

// Two sounds of a long entry may change, and a vowel of a short one if the rest is as in the
// entry; the first two letters may be swapped if no word begins so. A long entry counts
// wherever it is split in two.
func TestFurtherRespellings(t *testing.T) {
	set := compileQuiet("*fuck*\nbitch*\nshit*\ncock\nfaggot*\nvaffanculo\nhang yourself\nkill yourself\nhurensohn\n*arschloch*\nbhenchod\nсука\n")
	for text, word := range map[string]string{
		"vaffncul": "vaffanculo", "hang yourslef": "hang yourself", "kill yaself": "kill yourself", "vaffankula": "vaffanculo",
		"fock you": "fuck", "fawk": "fuck", "betch": "bitch", "cawk": "cock", "hsit": "shit", "faget": "faggot", "behenchod": "bhenchod",
		"huren sohn": "hurensohn", "arsch loch": "arschloch", "p h u k": "fuck", "s u k a": "сука", "say b y t c h": "bitch",
	} {
		if v := check(set, text); v.Action != comment.Hold || strings.Trim(v.Word, "*") != word {
			t.Errorf("%q: %v for %q, want held for %q", text, v.Action, v.Word, word)
		}
	}
	for _, text := range []string{"Uhrensohn", "Fack ju", "Fock", "kek", "kak", "kill or sell", "hang my elf", "a b c d", "k y l e", "s u k", "d o t a", "bring your shelf", "Nigel", "cork", "fact", "flick"} {
		if v := check(set, text); v.Action != comment.Pass {
			t.Errorf("%q: %v for %q (%s)", text, v.Action, v.Word, v.Detail)
		}
	}
}

// Everyday words of any language are not respellings, and neither are names and abbreviations
// that resemble short words by chance.
func TestLatinTwinsOfCyrillic(t *testing.T) {
	set := compileQuiet("сука\nкотор\n")
	for text, want := range map[string]comment.Action{"cyka": comment.Hold, "CYKA": comment.Hold, "kotop": comment.Hold, "hyka": comment.Pass, "cykaa": comment.Pass} {
		if v := check(set, text); v.Action != want {
			t.Errorf("%s: %v for %q, want %v", text, v.Action, v.Word, want)
		}
	}
}

func TestEverydayWordsAreNoRespelling(t *testing.T) {
	set := compileQuiet("*fuck*\nbitch*\nshit*\ndick\ncock\nputa\nwhore\npenis\nnazi\nkill yourself\nbuy followers\nhurensohn\nсука\n*пизд*\n*бляд*\n*хуй*\n*ебан*\nкурва\n")
	for _, text := range []string{
		"beach", "batch", "Butch", "Mitch", "sheet", "shirt", "shoot", "folk", "fork", "Fukuoka", "Fukushima", "Fuk Man Road", "FCK København", "Fukuyama",
		"deck", "duck", "coke", "Cook", "pasta", "Patna", "where", "wore", "pens", "pianist", "Nancy", "nice", "kill the boss yourself", "buy flowers",
		"by the followers", "наука", "скука", "щука", "Hui", "hui hui", "baba", "suka", "кура", "Gebäude", "rebat", "нефть", "Нигерия", "A55", "M8",
		"поздний", "блюдо", "wash it", "as sure", "pen is", "Dickens", "Hitchcock", "cockpit", "bisch", "dbq", "qwq", "Ăștia sunt țărani", "stop it", "ten on", "level",
	} {
		if v := check(set, text); v.Action != comment.Pass {
			t.Errorf("%q: %v for %q (%s)", text, v.Action, v.Word, v.Detail)
		}
	}
}

// A text with more guesses than the bound allows passes: guesses make no text unreadable.
func TestTextsWithManyPossibleWords(t *testing.T) {
	set := manyRules(t, 10_000)
	for _, text := range []string{
		strings.Repeat("ab ", 40), strings.Repeat("abcdefghijklmnopqrstuvwxyz", 4), strings.Repeat("x ", 60), strings.Repeat("o0", 55),
	} {
		if v := check(set, text); v.Detail != "" && strings.Contains(v.Detail, "tangled") {
			t.Errorf("%q: %v (%s)", text, v.Action, v.Detail)
		}
	}
	exact, _ := rules.Compile([]rules.List{{Name: "words", Text: "biscuit @exact", On: true}})
	if v := check(exact, "biskit"); v.Action != comment.Pass {
		t.Errorf("an exact entry is guessed at: %v", v.Action)
	}
}

// Letters of other scripts and hands, and Braille, are read as the letters that they show.
func TestShapesOfOtherScripts(t *testing.T) {
	set := compileQuiet("fuck\nbitch\nshine\n*ควย*\n")
	for _, text := range []string{
		"𐌱𐌹𐍄𐌲𐌷 𐌱𐌹𐍄𐌂𐌷", "ᛒᛁᛏᚲᚺ", "ⲃⲓⲧⲥⲏ", "ßitch", "ẞITCH", "ꟻUCK", "sꓧine", "ShᎥnᎬ", "ꞘUCK", "Bitↄh", "fႮck", "⠋⠥⠉⠅", "no ⠋⠥⠉⠅ here", "⠃⠊⠞⠉⠓", "ꇙhine",
		"ฅวย", "💲♓❗♑e", "sh☝ne", "b☝➕ch", "f⛎ck",
	} {
		if v := check(set, text); v.Action == comment.Pass {
			t.Errorf("%s (%+q) passes", text, text)
		}
	}
	for _, text := range []string{"⠁⠁⠁", "⣿⣿⣿", "⠿⠟⠋⠙", "Straße", "ßß", "ᛒᛖᚱᛚᛁᚾ", "♓♑♏", "sh ⚽ ne", "fu❗", "bit➕", "b☝g hit"} {
		if v := check(set, text); v.Action != comment.Pass {
			t.Errorf("%s: %v for %q", text, v.Action, v.Word)
		}
	}
}

// Three and more letters of Morse code in a row are read as a word.
func TestMorse(t *testing.T) {
	set := compileQuiet("fuck\nbitch\nsos\n")
	for _, text := range []string{
		"..-. ..- -.-. -.-", "..-./..-/-.-./-.-", "you ..-. ..- -.-. -.- off", "··−· ··− −·−· −·−", "••—• ••— —•—• —•—", "-... .. - -.-. ....", "-... / .. / - / -.-. / ....", "... --- ...",
	} {
		if v := check(set, text); v.Action == comment.Pass || !strings.HasSuffix(v.Detail, "Morse code read as letters") {
			t.Errorf("%s: %v, %s", text, v.Action, v.Detail)
		}
	}
	for _, text := range []string{
		"...---...", "......", "- - - - - -", "-.- -.- -.-", "wait... what... no...", "1-2-3-4-5-6", "...-.---.-...", "—— —— ——", "a.-b.-c.-d.", "..-. ..- x -.-. -.-", "スーーーパーーー", "・・・・・・", "- one\n- two\n- three - four",
	} {
		if v := check(set, text); v.Action != comment.Pass {
			t.Errorf("%s: %v for %q", text, v.Action, v.Word)
		}
	}
}

// A mark that turns a letter into another one belongs to the word; an accent does not.
func TestMarksThatMakeOtherLetters(t *testing.T) {
	set := compileQuiet("piç\naş @exact\nşapkacı\nkoño\nlồn\nđịt mẹ\nđĩ\ncabrón\nniño malo @exact\nçürükler @exact\nplain\n!güneş şapkacı\n")
	for _, tt := range []struct {
		text string
		want comment.Action
	}{
		{"piç", comment.Refuse}, {"PİÇ", comment.Refuse}, {"pic\u0327", comment.Refuse}, {"pıç", comment.Refuse}, {"nice pic", comment.Pass}, {"pics", comment.Pass}, {"p1c", comment.Hold},
		{"aş", comment.Refuse}, {"as", comment.Pass},
		{"şapkacı", comment.Refuse}, {"sapkaci", comment.Hold}, {"sapkacı", comment.Hold}, {"güneş şapkacı", comment.Pass},
		{"koño", comment.Refuse}, {"kono", comment.Pass},
		{"lồn", comment.Refuse}, {"LỒN", comment.Refuse}, {"lớn quá", comment.Pass}, {"lon", comment.Pass}, {"con lợn", comment.Pass}, {"l0n", comment.Hold},
		{"địt mẹ", comment.Refuse}, {"dit me", comment.Hold}, {"đi mẹ ơi", comment.Pass}, {"đít mẹ", comment.Pass}, {"đ.ị.t mẹ", comment.Hold},
		{"đi thôi", comment.Pass}, {"con đĩ", comment.Refuse},
		{"cabron", comment.Refuse}, {"cabrón", comment.Refuse}, {"cábron", comment.Refuse},
		{"niño malo", comment.Refuse}, {"nino malo", comment.Pass}, {"curukler", comment.Pass}, {"çurukler", comment.Refuse},
		{"plaïn", comment.Refuse}, {"plāin", comment.Refuse},
	} {
		if v := check(set, tt.text); v.Action != tt.want {
			t.Errorf("%s: %v for %q (%s), want %v", tt.text, v.Action, v.Word, v.Detail, tt.want)
		}
	}
}

// Letters after a spelled open entry do not prevent its match, and neither do doubled or
// separated marks.
func TestSpelledOpenEntries(t *testing.T) {
	set := compileQuiet("*fuck*\nkurw*\n*пизд*\nrain\n*ควย*\n*สัส*\n*हिन्दी*\n")
	for _, text := range []string{
		"f u c k e d", "f.u.c.k.e.r", "k u r w a", "k-u-r-w-y", "п и з д а", "с п и з д и л", "ส.ั.ส", "ส.ัส", "สั๊ส", "ค.ว.ย", "ค ว ย", "ह.ि.न.्.द.ी",
	} {
		if v := check(set, text); v.Action != comment.Hold {
			t.Errorf("%s: %v, want held", text, v.Action)
		}
	}
	for _, text := range []string{"r a i n s", "t r a i n", "ควาย", "สัตว์", "สัปดาห์", "f u n", "k u r a"} {
		if v := check(set, text); v.Action != comment.Pass {
			t.Errorf("%s: %v for %q", text, v.Action, v.Word)
		}
	}
}
