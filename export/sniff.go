package export

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"danmaku/room"
)

// recognise detects from the head of a file its format, or the kind of a file that contains no
// comments. whole is true when head is the whole file.
func recognise(head []byte, whole bool) (Format, *room.Fault) {
	refuse := func(f room.Fault) (Format, *room.Fault) { return "", fault(place{1, 1}, f) }
	text := bytes.TrimLeft(head, "\ufeff \t\r\n")
	name, archive := binaryKind(head)
	switch {
	case len(text) == 0 && whole:
		return refuse(room.Fault{Code: faultEmpty})
	case archive:
		return refuse(room.Fault{Code: faultArchive, Word: name})
	case name != "":
		return refuse(room.Fault{Code: faultOtherKind, Word: name})
	case isSegment(head), isBinary(text) && holdsSegment(head):
		return BilibiliProto, nil
	case isBinary(text):
		return refuse(room.Fault{Code: faultBinary})
	}
	if name := textKind(text); name != "" {
		return refuse(room.Fault{Code: faultOtherKind, Word: name})
	}
	switch {
	case len(text) == 0: // much white space first; an XML file may begin so
		return BilibiliXML, nil
	case text[0] == '<':
		return xmlKind(text), nil
	case clockStart.Match(text):
		return refuse(room.Fault{Code: faultPlainText}) // a chat's log
	case text[0] == '{' || text[0] == '[':
		return JSONLines, nil // or another format in JSON, see jsonKind
	}
	line, rest, _ := firstLine(text)
	if separator.Match(line) {
		line, rest, _ = firstLine(rest)
	}
	switch _, ours := readCSVHead(string(line)); {
	case ours:
		return CSV, nil
	case scriptStart.Match(text):
		return JSONLines, nil
	case looseComment.Match(text):
		return BilibiliXML, nil // the beginning is missing
	case looseChat.Match(text):
		return NiconicoXML, nil
	case isCSV(line, rest):
		return refuse(room.Fault{Code: faultOtherCSV})
	}
	return refuse(room.Fault{Code: faultPlainText})
}

// signature are the bytes at some place of a file that tell its kind.
type signature struct {
	at    int
	bytes string
	name  string
}

// archives are the signatures of files that other files are packed in. The names mean the same
// in every language.
var archives = []signature{
	{0, "PK\x03\x04", "ZIP"}, {0, "PK\x05\x06", "ZIP"}, {0, "7z\xbc\xaf\x27\x1c", "7z"}, {0, "Rar!\x1a\x07", "RAR"},
	{0, "\xfd7zXZ\x00", "xz"}, {0, "BZh", "bzip2"}, {0, "\x28\xb5\x2f\xfd", "Zstandard"}, {0, "\x04\x22\x4d\x18", "LZ4"},
	{0, "\x1f\x8b", "gzip"}, {257, "ustar", "tar"},
}

// signatures are those of files that users mistake for files of comments, or that lie beside
// them.
var signatures = []signature{
	{0, "%PDF-", "PDF"}, {0, "\x89PNG\r\n", "PNG"}, {0, "\xff\xd8\xff", "JPEG"}, {0, "GIF8", "GIF"},
	{8, "WEBP", "WebP"}, {4, "ftyp", "MP4"}, {0, "\x1a\x45\xdf\xa3", "Matroska"}, {0, "FLV\x01", "FLV"}, {8, "AVI ", "AVI"},
	{8, "WAVE", "WAV"}, {0, "OggS", "Ogg"}, {0, "ID3", "MP3"}, {0, "fLaC", "FLAC"}, {0, "SQLite format 3\x00", "SQLite"},
	{0, "\x7fELF", "ELF"}, {0, "MZ", "EXE"}, {0, "\xd0\xcf\x11\xe0", "OLE"},
}

// binaryKind returns the name of a kind of binary file, or "", and whether it is an archive.
func binaryKind(head []byte) (name string, archive bool) {
	for i, s := range slices.Concat(archives, signatures) {
		if len(head) < s.at+len(s.bytes) || string(head[s.at:s.at+len(s.bytes)]) != s.bytes {
			continue
		}
		// A text may begin with letters alone.
		if s.at < 257 && strings.Trim(s.bytes, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ") == "" && !isBinary(head) {
			continue
		}
		return s.name, i < len(archives)
	}
	const packet = 188 // of an MPEG transport stream
	if len(head) > 2*packet && head[0] == 'G' && head[packet] == 'G' && head[2*packet] == 'G' && isBinary(head) {
		return "MPEG-TS", false
	}
	return "", false
}

// isBinary reports whether the beginning of a file is neither UTF-8 text nor in a relative of
// ASCII: real files of comments contain some control characters.
func isBinary(head []byte) bool {
	head = head[:min(len(head), 4096)]
	most := len(head) / 20
	if markupStart.Match(head) {
		most = len(head) / 4 // a damaged file
	}
	if text := bytes.TrimRight(head, blankBytes); len(text) > 0 {
		head = text
	}
	control := 0
	for _, b := range head {
		if b < 0x20 && b != '\t' && b != '\n' && b != '\r' || b == 0x7f {
			control++
		}
	}
	return control > min(most, len(head)/4)
}

// looseComment and looseChat match a comment of Bilibili and of niconico.
var (
	looseComment = regexp.MustCompile(`(?i)<d p=`)
	looseChat    = regexp.MustCompile(`(?i)<chat `)
)

// markupStart matches the beginning of XML and JSON files.
var markupStart = regexp.MustCompile(`^(?:<[?!/A-Za-z]|\[\s*[\[{\]]|\{\s*["}])`)

// scriptStart matches the beginning of JSON that is loaded as a script.
var scriptStart = regexp.MustCompile(`^(?:(?:export\s+default|module\.exports\s*=|return)\s*|(?:export\s+)?(?:(?:var|let|const)\s+)?[\w.$]+\s*[=(]\s*)[\[{]`)

// separator matches the line that spreadsheets write before a table.
var separator = regexp.MustCompile(`^"?sep=.?"?\s*$`)

var (
	srtStart = regexp.MustCompile(`^\d+[ \t]*[\r\n]\s*\d{1,2}:\d{2}:\d{2}[,.]\d{1,3}\s*-->`)
	lrcStart = regexp.MustCompile(`^(?:\[(?:ti|ar|al|by|au|re|ve|length|offset|id):[^\]\n]*\]|\[\d{1,3}:\d{2}(?:\.\d{1,3})?\])`)
	// clockStart matches a date or a time in brackets.
	clockStart = regexp.MustCompile(`^\[\d+[-:/]\d+[-:/ ]`)
	htmlTag    = regexp.MustCompile(`(?i)^(?:<!--.*?-->\s*|<\?xml[^>]*>\s*)*<(?:!doctype\s+html|html|head|body)\b`)
)

// textKind names the kind of another text file.
func textKind(text []byte) string {
	lower := bytes.ToLower(text[:min(len(text), 512)])
	switch {
	case bytes.HasPrefix(lower, []byte("[script info]")), bytes.HasPrefix(lower, []byte("[v4")), bytes.HasPrefix(lower, []byte("[events]")),
		bytes.Contains(lower, []byte("\n[script info]")):
		return "ASS"
	case bytes.HasPrefix(text, []byte("WEBVTT")):
		return "WebVTT"
	case srtStart.Match(text):
		return "SRT"
	case lrcStart.Match(text):
		return "LRC"
	case htmlTag.Match(text):
		return "HTML"
	case bytes.HasPrefix(text, []byte("#EXTM3U")):
		return "M3U8"
	case bytes.HasPrefix(lower, []byte(`{\rtf`)):
		return "RTF"
	}
	return ""
}

// firstElement matches the first element of an XML file.
var firstElement = regexp.MustCompile(`^(?s:\s|<\?.*?\?>|<!--.*?-->|<![^-\[][^>]*>|[^<])*<([A-Za-z_][\w.-]*)`)

// comments matches the first element that is a root of comments or a comment.
var comments = regexp.MustCompile(`(?i)<(?:[\w.-]+:)?(packet|chat|i|d)[\s>/]`)

// xmlKind reports which program wrote an XML file; unknown XML goes to Bilibili's reader,
// which reports what it is.
func xmlKind(text []byte) Format {
	m := firstElement.FindSubmatch(text)
	if m == nil {
		return BilibiliXML
	}
	name := strings.ToLower(string(m[1]))
	if name != bilibili.root && bilibili.items[name] == nil && !bilibili.knows(name) {
		if m := comments.FindSubmatch(text); m != nil {
			name = strings.ToLower(string(m[1])) // within an element of another program
		}
	}
	if name == niconico.root || niconico.items[name] != nil || niconico.knows(name) {
		return NiconicoXML
	}
	return BilibiliXML
}

// jsonKind looks for a comment in the head of a JSON file. If the usual places have none, it
// returns the lookup to use; if no comment is in the head, the first one found while reading
// determines the format.
func jsonKind(head []byte) (Format, lookup) {
	for _, look := range []lookup{{}, {anywhere: true}, {anywhere: true, folded: true}} {
		rd := &reading{format: JSONLines, most: len(head), report: &Report{}, keep: func(timed) error { return nil }, lookup: look}
		_ = scanJSON(newInput(buffered(bytes.NewReader(head), errTooLarge)), rd) // reading the file reports its faults
		if rd.settled {
			return rd.format, look
		}
	}
	return JSONLines, lookup{}
}

// isProse reports whether a field is more likely part of a sentence than the name of a column.
func isProse(field string) bool {
	return strings.HasPrefix(field, " ") || strings.ContainsAny(field, "!?") || strings.HasSuffix(field, ".") || len(field) > 60
}

// isCSV reports whether the first lines belong to a table.
func isCSV(first, rest []byte) bool {
	second, _, _ := firstLine(rest)
	for _, comma := range []rune{',', ';', '\t'} {
		head, err := parseCSV(first, comma, false)
		if err != nil || len(head) < 2 || !utf8.Valid(first) || slices.ContainsFunc(head, isProse) {
			continue
		}
		row, err := parseCSV(second, comma, false)
		if err == nil && len(row) == len(head) {
			return true
		}
	}
	return false
}
