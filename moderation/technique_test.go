package moderation_test

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"danmaku/comment"
	"danmaku/moderation"
	"danmaku/moderation/rules"
	"danmaku/testrace"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/unicode/runenames"
)

func compile(t testing.TB, text string) *rules.Rules {
	t.Helper()
	set, faults := rules.Compile([]rules.List{{Name: "words", Text: text, On: true}})
	for _, f := range faults {
		t.Log(f)
	}
	return set
}

func check(set *rules.Rules, text string) comment.Verdict {
	return moderation.CheckText(set, text, time.Now())
}

// techniques counts the texts that pass, and fails for more than a share.
type techniques struct {
	t     *testing.T
	rules *rules.Rules
	all   int
	miss  []string
}

func (t *techniques) block(text, how string) {
	t.all++
	if check(t.rules, text).Action == comment.Pass {
		t.miss = append(t.miss, strconv.QuoteToASCII(text)+" "+text+" "+how)
	}
}

func (t *techniques) report(mostMissed int) {
	t.t.Helper()
	t.t.Logf("%d of %d stopped", t.all-len(t.miss), t.all)
	for i, m := range t.miss {
		if i == 40 {
			t.t.Log("…")
			break
		}
		t.t.Log("missed: " + m)
	}
	if len(t.miss) > mostMissed {
		t.t.Errorf("%d missed, at most %d may be", len(t.miss), mostMissed)
	}
}

const latinWords = "fuck\nshit\nbitch\nporn\ncasino\nasshole\nquiz job\nwaxy verd\njumpkiz\n"

// Every character whose compatibility form, case folded and without marks, is
// one Latin letter stands for that letter.
func TestEveryFormOfALetter(t *testing.T) {
	testrace.Skip(t)
	c := techniques{t: t, rules: compile(t, "pabcdefghijklmnopqrstuvwxyzp")}
	for r := rune(0x80); r < 0x1FBFF; r++ {
		s := []rune(norm.NFKD.String(string(unicode.ToLower(r))))
		if len(s) == 3 && s[0] == '(' {
			s = s[1:2]
		}
		if len(s) == 0 {
			continue
		}
		for _, m := range s[1:] {
			if !unicode.Is(unicode.Mn, m) {
				s = nil
				break
			}
		}
		if len(s) == 0 {
			continue
		}
		l := unicode.ToLower(s[0])
		if l < 'a' || l > 'z' {
			continue
		}
		i := int(l - 'a')
		word := []rune("pabcdefghijklmnopqrstuvwxyzp")
		word[i+1] = r
		c.block(string(word), runenames.Name(r))
	}
	c.report(0)
}

// Whole words in the alphabets that Unicode names by a pattern.
func TestNamedAlphabets(t *testing.T) {
	c := techniques{t: t, rules: compile(t, latinWords)}
	byName := map[string]rune{}
	for r := rune(0x80); r < 0x1FBFF; r++ {
		byName[runenames.Name(r)] = r
	}
	for _, pattern := range []string{
		"CIRCLED LATIN CAPITAL LETTER %", "CIRCLED LATIN SMALL LETTER %", "PARENTHESIZED LATIN SMALL LETTER %",
		"PARENTHESIZED LATIN CAPITAL LETTER %", "SQUARED LATIN CAPITAL LETTER %", "NEGATIVE SQUARED LATIN CAPITAL LETTER %",
		"NEGATIVE CIRCLED LATIN CAPITAL LETTER %", "FULLWIDTH LATIN CAPITAL LETTER %", "FULLWIDTH LATIN SMALL LETTER %",
		"MATHEMATICAL BOLD CAPITAL %", "MATHEMATICAL BOLD SMALL %", "MATHEMATICAL ITALIC CAPITAL %",
		"MATHEMATICAL BOLD ITALIC CAPITAL %", "MATHEMATICAL BOLD ITALIC SMALL %", "MATHEMATICAL BOLD SCRIPT CAPITAL %",
		"MATHEMATICAL BOLD SCRIPT SMALL %", "MATHEMATICAL FRAKTUR SMALL %", "MATHEMATICAL BOLD FRAKTUR CAPITAL %",
		"MATHEMATICAL DOUBLE-STRUCK SMALL %", "MATHEMATICAL SANS-SERIF CAPITAL %", "MATHEMATICAL SANS-SERIF SMALL %",
		"MATHEMATICAL SANS-SERIF BOLD SMALL %", "MATHEMATICAL SANS-SERIF ITALIC SMALL %",
		"MATHEMATICAL SANS-SERIF BOLD ITALIC CAPITAL %", "MATHEMATICAL MONOSPACE CAPITAL %", "MATHEMATICAL MONOSPACE SMALL %",
	} {
		for _, w := range []string{"fuck", "shit", "bitch", "porn", "casino", "asshole"} {
			var b strings.Builder
			for _, l := range w {
				b.WriteRune(byName[strings.Replace(pattern, "%", strings.ToUpper(string(l)), 1)])
			}
			c.block(b.String(), pattern)
		}
	}
	var spaced strings.Builder
	for _, l := range "shit" {
		spaced.WriteRune(byName["REGIONAL INDICATOR SYMBOL LETTER "+strings.ToUpper(string(l))])
		spaced.WriteByte(' ')
	}
	c.block(spaced.String(), "regional indicators with spaces")
	c.report(0)
}

// Everything invisible between the letters.
func TestEveryInvisible(t *testing.T) {
	testrace.Skip(t)
	c := techniques{t: t, rules: compile(t, "fuck\n傻逼\n死ね\n씨발\nсука\n")}
	for r := rune(1); r < 0xE1000; r++ {
		if !comment.Invisible(r) || unicode.IsSpace(r) || unicode.Is(unicode.Z, r) || !unicode.In(r, unicode.Cf, unicode.Cc, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) && r != 0x2800 {
			continue
		}
		for _, w := range []string{"fuck", "傻逼", "死ね", "씨발", "сука"} {
			rs := []rune(w)
			c.block(string(rs[:1])+string(r)+string(rs[1:]), runenames.Name(r))
		}
	}
	c.report(0)
}

// Any space, punctuation mark, sign or emoji between all the letters.
func TestEverySeparator(t *testing.T) {
	testrace.Skip(t)
	c := techniques{t: t, rules: compile(t, "fuck\n傻逼\n")}
	for r := rune(0x20); r < 0x1FBFF; r++ {
		if !unicode.In(r, unicode.P, unicode.S, unicode.Zs) || 0x1F1E6 <= r && r <= 0x1F1FF || 0x1F100 <= r && r <= 0x1F1AD || 0x249C <= r && r <= 0x24E9 || r == 0x2122 || r == 0x2120 ||
			0x2E80 <= r && r <= 0x2FDF || 0x31C0 <= r && r <= 0x31E3 || 0x3200 <= r && r <= 0x33FF || 0x1F200 <= r && r <= 0x1F2FF || r == 0x2103 || r == 0x2109 {
			continue
		}
		s := string(r)
		if n := []rune(norm.NFKC.String(s)); len(n) > 0 && (unicode.IsLetter(n[0]) || unicode.IsDigit(n[0])) || runenames.Name(r) == "" {
			continue
		}
		c.block("f"+s+"u"+s+"c"+s+"k", runenames.Name(r))
		c.block("傻"+s+"逼", runenames.Name(r))
	}
	c.report(0)
}

// Every character that UTS #39 shows as a Latin letter, in a word whose other
// letters are Latin.
func TestEveryConfusable(t *testing.T) {
	testrace.Skip(t)
	c := techniques{t: t, rules: compile(t, latinWords+"pabcdefghijklmnopqrstuvwxyzp")}
	f, err := os.Open("fold/data/confusables.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		fields := strings.Fields(s.Text())
		if fields[0] == "#" || len(fields) != 3 {
			continue
		}
		from, _ := strconv.ParseInt(fields[0], 16, 32)
		to, _ := strconv.ParseInt(fields[2], 16, 32)
		l := unicode.ToLower(rune(to))
		if from < 0x80 || l < 'a' || l > 'z' || !unicode.In(rune(from), unicode.L, unicode.S, unicode.N) {
			continue
		}
		word := []rune("pabcdefghijklmnopqrstuvwxyzp")
		word[l-'a'+1] = rune(from)
		if !unicode.In(rune(from), unicode.L) { // a sign replaces a letter in a word, not a separator
			word = []rune("pabcdefghijklmnopqrstuvwxyzp")
			word[l-'a'+1] = rune(from)
		}
		c.block(string(word), runenames.Name(rune(from)))
	}
	c.report(10)
}

// Words in the alphabets of "fancy text" generators, letter by letter.
func TestFancyAlphabets(t *testing.T) {
	c := techniques{t: t, rules: compile(t, latinWords)}
	for _, alphabet := range []string{
		"ค๒ς๔єŦﻮђเןкɭ๓ภ๏קợгรՇยשฬאץչ", "卂乃匚ᗪ乇千Ꮆ卄丨ﾌҜㄥ爪几ㄖ卩Ɋ尺丂ㄒㄩᐯ山乂ㄚ乙",
		"₳฿₵ĐɆ₣₲ⱧłJ₭Ⱡ₥₦Ø₱QⱤ₴₮ɄV₩ӾɎⱫ", "ᗩᗷᑕᗪEᖴGᕼIᒍKᒪᗰᑎOᑭᑫᖇᔕTᑌᐯᗯ᙭YZ", "ԹՅՇԺeՒԳɧɿʝƙʅʍՌԾρφՐՏԵՄעաՃՎՀ",
		"αвcdєfghíjklmnσpqrѕtuvwхчz", "ꍏꌃꉓꀸꍟꎇꁅꃅꀤꀭꀘ꒒ꂵꈤꂦꉣꆰꋪꌗ꓄ꀎꃴꅏꊼꌩꁴ", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘǫʀꜱᴛᴜᴠᴡxʏᴢ",
		"ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖᑫʳˢᵗᵘᵛʷˣʸᶻ", "ąცƈɖɛʄɠɧıʝƙƖɱŋơ℘զཞʂɬų۷ῳҳყʑ", "ΛBᄃDΣFGΉIJKᄂMПӨPQЯƧTЦVЩXYZ",
		"ÄḄĊḊЁḞĠḦЇJḲĿṀṄÖṖQṚṠṪÜṾẄẌŸŻ", "aɓcɗeƒɠɦiʝƙℓmɳopɋɽʂŧuѵwxүʐ", "ДБCDΞFGHIJҜLMИФPǪЯSTЦVЩЖУZ",
		"ʌɓcɗɛfɠɦıjƙlɱɲøρɋɾʂtʊvwxɣʑ", "åbçdêfghïjklmñøpqrštúvwxýž", "ꓮꓐꓚꓓꓰꓝꓖꓧꓲꓙꓗꓡꓟꓠꓳꓑQꓣꓢꓔꓴꓦꓪꓫꓬꓜ",
		"ᎪbᏟᎠᎬfᏀhᎥᎫᏦᏞmnᎾᏢqᏒᏚᎢuᏉᏔxᎩᏃ", "Ⓐⓑⓒⓓⓔⓕⓖⓗⓘⓙⓚⓛⓜⓝⓞⓟⓠⓡⓢⓣⓤⓥⓦⓧⓨⓩ",
	} {
		letters := []rune(alphabet)
		if len(letters) != 26 {
			t.Errorf("%s has %d letters", alphabet, len(letters))
			continue
		}
		for _, w := range []string{"fuck", "shit", "bitch", "porn", "casino", "asshole"} {
			var b strings.Builder
			for _, l := range w {
				b.WriteRune(letters[l-'a'])
			}
			c.block(b.String(), alphabet)
		}
	}
	c.report(2)
}
