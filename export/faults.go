package export

import (
	"maps"
	"strconv"
	"strings"

	"danmaku/comment"
)

// What can be the matter with a file, as on the wire. The console has a sentence
// for each in every language; those below are the English ones. Nothing of such
// a file is used.
const (
	faultTooLarge      = "too_large"    // N: MiB
	faultTooMany       = "too_many"     // N: comments
	faultPieceTooLong  = "piece_long"   // N: MiB
	faultTextTooLong   = "text_long"    // N: MiB
	faultUTF16         = "utf16"        //
	faultEncoding      = "encoding"     // Word: its name
	faultNotXML        = "not_xml"      // Word: what package encoding/xml says of it
	faultNoComments    = "no_xml"       // Word: as above, Other: the root that was expected
	faultOtherRoot     = "other_root"   // Word: an element, Other: as above
	faultTextFirst     = "text_first"   // Other: as above
	faultNoRoot        = "no_root"      // Other: as above
	faultBehind        = "behind"       // Word: an element, Other: the root
	faultTextBehind    = "text_behind"  // Other: the root
	faultInside        = "inside"       // Word: an element, OfLine and OfColumn: its place
	faultDeep          = "deep"         // N: elements
	faultClosesNothing = "closes_none"  // Word: an element
	faultClosesOther   = "closes_other" // Word: an element, Other: the one that is open, OfLine and OfColumn: its place
	faultNotClosed     = "not_closed"   // Word: an element, OfLine and OfColumn: its place
	faultEmpty         = "empty_file"   //
	faultNoLine        = "no_line"      // Why: what is the matter with the first line
	faultFields        = "p_fields"     // N: fields
	faultTime          = "time"         // Word: here and below, what stands there
	faultType          = "type"         //
	faultHeight        = "height"       //
	faultNumberColor   = "number_color" //
	faultDate          = "date"         //
	faultVpos          = "vpos"         //
	faultUsec          = "usec"         //
	faultLineTooLong   = "line_long"    // N: MiB
	faultNoOffset      = "no_offset"    //
	faultLate          = "late"         // N: days
	faultNotUTF8       = "not_utf8"     //
	faultKind          = "kind"         // Word: a name, Other: of what kind its value is
	faultNotJSON       = "not_json"     //
	faultNoText        = "no_text"      //
	faultNotMoment     = "moment"       //
	faultMomentEarly   = "moment_early" //
	faultNoTime        = "no_time"      //
	faultOffset        = "offset"       // N: days
	faultMode          = "mode"         //
	faultSize          = "size"         //
	faultHexColor      = "hex_color"    //
)

// fileSentences are of faults that end the reading of a file, lineSentences of a
// comment that is left out. {word} stands for it in quotes, {raw} without.
var (
	fileSentences = map[string]string{
		faultTooLarge:      "the file is larger than {n} MiB",
		faultTooMany:       "the file holds more than {n} comments",
		faultPieceTooLong:  "a tag or a text is longer than {n} MiB",
		faultTextTooLong:   "a comment is longer than {n} MiB",
		faultUTF16:         "the file is UTF-16; save it as UTF-8",
		faultEncoding:      "the file says that it is in {word}; save it as UTF-8",
		faultNotXML:        "{raw}",
		faultNoComments:    "{raw}; this is no comment file of {maker}, which is XML and begins with <{other}>",
		faultOtherRoot:     "this is no comment file of {maker}: it begins with <{raw}> and not with <{other}>",
		faultTextFirst:     "this is no comment file of {maker}: it begins with text and not with <{other}>",
		faultNoRoot:        "this is no comment file of {maker}: there is no <{other}> in it",
		faultBehind:        "<{raw}> stands behind the end of the file's <{other}>",
		faultTextBehind:    "text stands behind the end of the file's <{other}>",
		faultInside:        "a comment begins inside another one; <{raw}> of line {line}, column {column} is not closed",
		faultDeep:          "elements are nested more than {n} deep",
		faultClosesNothing: "</{raw}> closes nothing",
		faultClosesOther:   "</{raw}> comes before the end of <{other}> of line {line}, column {column}",
		faultNotClosed:     "the file ends before <{raw}> of line {line}, column {column} is closed",
		faultEmpty:         "the file is empty",
		faultNoLine:        "this is no export in JSON Lines: {why}",
	}
	lineSentences = map[string]string{
		faultFields:      "p has {n} fields; 8 or 9 were expected",
		faultTime:        "the time {word} is no number of seconds",
		faultType:        "the type {word} is unknown",
		faultHeight:      "the size {word} is no height of letters",
		faultNumberColor: "the colour {word} is no number from 0 to 16777215",
		faultDate:        "the date {word} is no number of seconds",
		faultVpos:        "vpos {word} is no number of hundredths of a second",
		faultUsec:        "date_usec {word} is no number of microseconds",
		faultLineTooLong: "it is longer than {n} MiB",
		faultNoOffset:    "offset_ms is missing, which other lines have",
		faultLate:        "it comes more than {n} days after the first",
		faultNotUTF8:     "it is not UTF-8",
		faultKind:        "{raw} is a {other}",
		faultNotJSON:     "it is no JSON object",
		faultNoText:      "text is missing",
		faultNotMoment:   "ts {word} is no time like 2026-11-21T04:05:06.789Z",
		faultMomentEarly: "ts {word} is before 1970",
		faultNoTime:      "offset_ms and ts are missing",
		faultOffset:      "offset_ms {raw} is further than {n} days",
		faultMode:        "the mode {word} is unknown",
		faultSize:        "the size {word} is unknown",
		faultHexColor:    "the colour {word} is no #rrggbb",
	}
)

// FaultSentences gives the English sentence of every code, with {word} and {raw}
// for the word, {other}, {n}, {line}, {column} and {why}.
func FaultSentences() map[string]string {
	all := maps.Clone(fileSentences)
	maps.Copy(all, lineSentences)
	return all
}

// How much of a file a fault names, and how long a reason of others may be, in
// characters.
const mostNamed, mostReason = 40, 120

// flaw gives a fault its sentence.
func flaw(f comment.Fault) *comment.Fault {
	most := mostNamed
	if f.Code == faultNotXML || f.Code == faultNoComments {
		most = mostReason
	}
	f.Word, f.Other = clipped(f.Word, most), clipped(f.Other, mostNamed)
	sentence, ok := fileSentences[f.Code]
	if !ok {
		sentence = lineSentences[f.Code]
	}
	maker := "Bilibili" // which of the two, its root tells
	if f.Other == "packet" {
		maker = "niconico"
	}
	f.Message = strings.NewReplacer("{word}", strconv.Quote(f.Word), "{raw}", f.Word, "{other}", f.Other, "{n}", strconv.Itoa(f.N),
		"{line}", strconv.Itoa(f.OfLine), "{column}", strconv.Itoa(f.OfColumn), "{maker}", maker).
		Replace(strings.ReplaceAll(sentence, "{why}", lineSentences[f.Why]))
	return &f
}

func clipped(s string, most int) string {
	n := 0
	for i := range s {
		if n++; n > most {
			return s[:i]
		}
	}
	return s
}
