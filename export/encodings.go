package export

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// encodings are those that an XML declaration may name besides UTF-8 and UTF-16, in lower
// case. GB 18030 also reads its older relatives.
var encodings = map[string]encoding.Encoding{
	"gb18030": simplifiedchinese.GB18030, "gbk": simplifiedchinese.GB18030, "gb2312": simplifiedchinese.GB18030,
	"cp936": simplifiedchinese.GB18030, "gb_2312-80": simplifiedchinese.GB18030, "windows-936": simplifiedchinese.GB18030,
	"big5": traditionalchinese.Big5, "big5-hkscs": traditionalchinese.Big5, "cp950": traditionalchinese.Big5,
	"shift_jis": japanese.ShiftJIS, "shift-jis": japanese.ShiftJIS, "sjis": japanese.ShiftJIS, "x-sjis": japanese.ShiftJIS,
	"windows-31j": japanese.ShiftJIS, "cp932": japanese.ShiftJIS, "ms932": japanese.ShiftJIS,
	"euc-jp": japanese.EUCJP, "iso-2022-jp": japanese.ISO2022JP,
	"euc-kr": korean.EUCKR, "ks_c_5601-1987": korean.EUCKR, "cp949": korean.EUCKR, "windows-949": korean.EUCKR,
}

// decoderOf returns a decoder to UTF-8 for a file that begins with head. It returns nil if the
// file is in UTF-8 or names no other encoding: a guess could be wrong, and the wrong text
// would be on screen.
func decoderOf(head []byte) *encoding.Decoder {
	if order, ok := isUTF32(head); ok {
		return utf32.UTF32(order, utf32.IgnoreBOM).NewDecoder()
	}
	if order, ok := isUTF16(head); ok {
		return unicode.UTF16(order, unicode.IgnoreBOM).NewDecoder()
	}
	m := declaredEncoding.FindSubmatch(head[:min(len(head), 512)])
	if m == nil {
		return nil
	}
	name := encodingName(string(m[1]))
	if known := encodings[name]; known != nil && !isForeignUTF8(head) {
		return known.NewDecoder()
	}
	if known := oneByte[name]; known != nil && !isUTF8(head) {
		return known.NewDecoder()
	}
	return nil
}

// oneByte are encodings with one byte for each character. On the web, the names of ISO 8859-1
// and -9 mean their relatives of Windows.
var oneByte = map[string]encoding.Encoding{
	"iso-8859-1": charmap.Windows1252, "latin1": charmap.Windows1252, "windows-1252": charmap.Windows1252, "cp1252": charmap.Windows1252,
	"iso-8859-2": charmap.ISO8859_2, "latin2": charmap.ISO8859_2, "windows-1250": charmap.Windows1250, "cp1250": charmap.Windows1250,
	"windows-1251": charmap.Windows1251, "cp1251": charmap.Windows1251, "iso-8859-5": charmap.ISO8859_5, "koi8-r": charmap.KOI8R, "koi8-u": charmap.KOI8U,
	"windows-1253": charmap.Windows1253, "iso-8859-7": charmap.ISO8859_7, "windows-1254": charmap.Windows1254, "iso-8859-9": charmap.Windows1254,
	"windows-1255": charmap.Windows1255, "windows-1256": charmap.Windows1256, "windows-1257": charmap.Windows1257, "windows-1258": charmap.Windows1258,
	"iso-8859-15": charmap.ISO8859_15, "windows-874": charmap.Windows874, "tis-620": charmap.Windows874,
}

// isUTF8 reports whether a text has characters beyond ASCII, all in UTF-8. The last one may be
// truncated.
func isUTF8(text []byte) bool {
	for n := 0; n < utf8.UTFMax && len(text) > 0 && !utf8.Valid(text); n++ {
		text = text[:len(text)-1]
	}
	return utf8.Valid(text) && bytes.ContainsFunc(text, func(r rune) bool { return r >= 0x80 })
}

// declaredEncoding finds the encoding that the declaration of an XML file names.
var declaredEncoding = regexp.MustCompile(`^[\s\x00\x{feff}]*<\?xml\s[^>]*?encoding\s*=\s*["']([\w.:-]+)["']`)

// isForeignUTF8 reports whether a text is in UTF-8, whatever it declares: it has characters of
// three bytes, like those of East Asian languages, which another encoding does not contain by
// chance. Two-byte sequences can occur by chance. The last character may be truncated.
func isForeignUTF8(text []byte) bool {
	for n := 0; n < utf8.UTFMax && len(text) > 0 && !utf8.Valid(text); n++ {
		text = text[:len(text)-1]
	}
	return utf8.Valid(text) && bytes.ContainsFunc(text, func(r rune) bool { return r >= 0x800 && r != utf8.RuneError })
}

// encodingName returns the usual spelling of an encoding's name.
func encodingName(s string) string {
	name := strings.ToLower(s)
	if usual, ok := respelt[strings.TrimPrefix(strings.NewReplacer("-", "", "_", "", ":", "").Replace(name), "x")]; ok {
		return usual
	}
	return name
}

// respelt are names of encodings without punctuation and a leading x, as programs write them
// by guess.
var respelt = map[string]string{
	"utf8": "utf-8", "utf8mb3": "utf-8", "utf8mb4": "utf-8", "utf8sig": "utf-8", "utf8bom": "utf-8", "cesu8": "utf-8", "unicode11utf8": "utf-8",
	"gbk": "gbk", "gb2312": "gb2312", "gb231280": "gb2312", "euccn": "gb2312", "ms936": "gbk", "gb180302000": "gb18030", "gb180302005": "gb18030", "gb180302022": "gb18030",
	"big5": "big5", "big5hkscs": "big5", "ms950": "big5", "windows950": "big5",
	"shiftjis": "shift_jis", "sjis": "shift_jis", "mskanji": "shift_jis", "windows932": "shift_jis", "csshiftjis": "shift_jis", "eucjp": "euc-jp", "ujis": "euc-jp",
	"euckr": "euc-kr", "uhc": "euc-kr", "ms949": "euc-kr", "ksc56011987": "euc-kr", "ksc5601": "euc-kr",
	"iso88591": "iso-8859-1", "iso88592": "iso-8859-2", "iso885915": "iso-8859-15",
}

// isUTF32 reports whether a file is in UTF-32, with or without a byte order mark, and in which
// byte order.
func isUTF32(head []byte) (utf32.Endianness, bool) {
	if len(head) < 8 {
		return utf32.BigEndian, false
	}
	zero := func(places ...int) bool {
		return !slices.ContainsFunc(places, func(i int) bool { return head[i] != 0 })
	}
	switch {
	case zero(2, 3, 6, 7) && (head[0] == 0xff && head[1] == 0xfe || zero(1, 5) && isPrintable(head[0]) && isPrintable(head[4])):
		return utf32.LittleEndian, true
	case zero(0, 1, 4, 5) && (head[2] == 0xfe && head[3] == 0xff || zero(2, 6) && isPrintable(head[3]) && isPrintable(head[7])):
		return utf32.BigEndian, true
	}
	return utf32.BigEndian, false
}

// isUTF16 reports whether a file is in UTF-16, with or without a byte order mark, and in which
// byte order. Every format begins with two ASCII characters.
func isUTF16(head []byte) (unicode.Endianness, bool) {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return unicode.LittleEndian, true
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return unicode.BigEndian, true
	case len(head) < 4:
	case isPrintable(head[0]) && head[1] == 0 && isPrintable(head[2]) && head[3] == 0:
		return unicode.LittleEndian, true
	case head[0] == 0 && isPrintable(head[1]) && head[2] == 0 && isPrintable(head[3]):
		return unicode.BigEndian, true
	}
	return unicode.BigEndian, false
}

func isPrintable(b byte) bool {
	return b > ' ' && b < 0x7f || b == ' ' || b == '\n' || b == '\r' || b == '\t'
}
