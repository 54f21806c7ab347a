package export

import (
	"maps"
	"strconv"
	"strings"
	"unicode/utf8"

	"danmaku/comment"
	"danmaku/room"
)

// The codes of faults in a file, as on the wire. The console has a sentence for each in every
// language; those below are the English ones.
const (
	faultTooLarge         = "too_large"    // N: MiB
	faultUnpackedTooLarge = "unpacked"     // N: MiB
	faultTooMany          = "too_many"     // N: comments
	faultPieceTooLong     = "piece_long"   // N: MiB
	faultTextTooLong      = "text_long"    // N: MiB
	faultEncoding         = "encoding"     // Word: its name
	faultOtherKind        = "other_kind"   // Word: the name of a kind of file
	faultArchive          = "archive"      // Word: the name of a kind of archive
	faultOtherCSV         = "other_csv"    //
	faultOtherJSON        = "other_json"   // Word: names of fields
	faultPlainText        = "plain_text"   //
	faultBinary           = "binary"       //
	faultInGzip           = "in_gzip"      // Why: what is wrong with what was packed
	faultGzip             = "gzip"         //
	faultOtherRoot        = "other_root"   // Word: an element, Other: the root that was expected
	faultTextFirst        = "text_first"   // Other: as above
	faultNoRoot           = "no_root"      // Other: as above
	faultRootless         = "rootless"     // Other: as above
	faultBehind           = "behind"       // Word: an element, Other: the root
	faultTextBehind       = "text_behind"  // Other: the root
	faultTextBefore       = "text_before"  //
	faultInside           = "inside"       // Word: an element, OfLine and OfColumn: its place
	faultDeep             = "deep"         // N: levels
	faultClosesNothing    = "closes_none"  // Word: an element
	faultClosesOther      = "closes_other" // Word: an element, Other: the one that is open, OfLine and OfColumn: its place
	faultNotClosed        = "not_closed"   // Word: an element, OfLine and OfColumn: its place
	faultTagTruncated     = "tag_cut"      // OfLine and OfColumn: where the tag begins
	faultTag              = "tag"          // Word: an element
	faultAttribute        = "attribute"    // Word: its name
	faultAmpersand        = "ampersand"    //
	faultLessThan         = "less_than"    //
	faultJSON             = "json"         //
	faultJSONTruncated    = "json_cut"     // Word: { or [, OfLine and OfColumn: its place
	faultQuoteOpen        = "quote_open"   // OfLine and OfColumn: where the row begins
	faultRowTruncated     = "row_cut"      //
	faultSegmentTruncated = "segment_cut"  //
	faultGzipTruncated    = "gzip_cut"     //
	faultGzipDamaged      = "gzip_damaged" //
	faultGzipSum          = "gzip_sum"     //
	faultGzipTail         = "gzip_tail"    //
	faultEmpty            = "empty_file"   //
	faultNoEnd            = "no_end"       // Word: an element
	faultFewFields        = "few_fields"   // Word: here and below, the text found in the file
	faultTime             = "time"         //
	faultTimeMissing      = "time_missing" //
	faultType             = "type"         //
	faultHeight           = "height"       //
	faultNumberColor      = "number_color" //
	faultDate             = "date"         //
	faultVpos             = "vpos"         //
	faultUsec             = "usec"         //
	faultLineTooLong      = "line_long"    // N: MiB
	faultNoOffset         = "no_offset"    //
	faultLate             = "late"         // N: days
	faultNotUTF8          = "not_utf8"     //
	faultKind             = "kind"         // Word: a name, Other: the type of its value
	faultNotJSON          = "not_json"     //
	faultNotComment       = "not_comment"  //
	faultOtherFields      = "other_fields" // Word: names of fields
	faultCSVRow           = "csv_row"      //
	faultElem             = "elem"         //
	faultNoText           = "no_text"      //
	faultNotMoment        = "moment"       //
	faultMomentEarly      = "moment_early" //
	faultNoTime           = "no_time"      //
	faultOffset           = "offset"       // N: days
	faultMode             = "mode"         //
	faultSize             = "size"         //
	faultHexColor         = "hex_color"    //

	noteTruncated = "cut_off"   //
	noteDefaulted = "defaulted" // N: comments, Why: what is wrong with the first
	noteRepaired  = "repaired"  // N: faults, Why: the first

	countSuperChats = "super_chats" // N, here and below: how many
	countPositioned = "positioned"
	countDeleted    = "deleted"
	countCommands   = "commands"
	countInvisible  = "invisible"
	countGifts      = "gifts"
	countGuards     = "guards"
	countWithheld   = "withheld"
)

// fileSentences describe faults in the syntax of a file, and notes about it; lineSentences
// describe faults of a comment or one of its fields. {word} inserts the word in quotes, {raw}
// without.
var (
	fileSentences = map[string]string{
		faultTooLarge:         "the file is larger than {n} MiB",
		faultUnpackedTooLarge: "the file is packed and holds more than {n} MiB; divide what is in it",
		faultTooMany:          "the file holds more than {n} comments",
		faultPieceTooLong:     "a tag or a text is longer than {n} MiB",
		faultTextTooLong:      "a comment is longer than {n} MiB",
		faultEncoding:         "the file says that it is in {word}; save it as UTF-8",
		faultOtherKind:        "this is a file of the kind {raw}, which holds no comments that can be replayed",
		faultArchive:          "this is a packed file ({raw}); unpack it and use the file in it",
		faultOtherCSV:         "this is a CSV file of another program: the columns text and offset_ms, or text and ts, are missing",
		faultOtherJSON:        "this is JSON of a kind that is not known; its fields are: {raw}",
		faultPlainText:        "this is plain text, not a file of comments",
		faultBinary:           "this is a binary file of a kind that is not known",
		faultInGzip:           "this is a gzip file; of what is in it: {why}",
		faultGzip:             "this is a gzip file that cannot be unpacked",
		faultOtherRoot:        "this is not a comment file of {maker}: it begins with <{raw}> and not with <{other}>",
		faultTextFirst:        "this is not a comment file of {maker}: it begins with text and not with <{other}>",
		faultNoRoot:           "this is not a comment file of {maker}: there is no <{other}> in it",
		faultRootless:         "the comments are not within <{other}>",
		faultBehind:           "<{raw}> stands behind the end of the file's <{other}>",
		faultTextBehind:       "text stands behind the end of the file's <{other}>",
		faultTextBefore:       "text stands before the comments",
		faultInside:           "a comment begins inside another one; <{raw}> of line {line}, column {column} is not closed",
		faultDeep:             "elements are nested more than {n} deep",
		faultClosesNothing:    "</{raw}> closes nothing",
		faultClosesOther:      "</{raw}> comes before the end of <{other}> of line {line}, column {column}",
		faultNotClosed:        "the file ends before <{raw}> of line {line}, column {column} is closed",
		faultTagTruncated:     "the file ends within the tag of line {line}, column {column}",
		faultTag:              "the tag <{raw}> has no end",
		faultAttribute:        "{word} is not an attribute with a value in quotes",
		faultAmpersand:        "& stands alone; XML wants &amp;",
		faultLessThan:         "< stands alone; XML wants &lt;",
		faultJSON:             "this is not well-formed JSON",
		faultJSONTruncated:    "the file ends before the {raw} of line {line}, column {column} is closed",
		faultQuoteOpen:        "the file ends before the quotes of the row of line {line} are closed",
		faultRowTruncated:     "the file ends within a row",
		faultSegmentTruncated: "the file ends within a comment, or is damaged here",
		faultGzipTruncated:    "the gzip file is cut off",
		faultGzipDamaged:      "the packed file is damaged here; nothing behind this place can be unpacked",
		faultGzipSum:          "the gzip file is damaged: it was unpacked to its end, but its checksum does not fit, so some of what was read may be wrong",
		faultGzipTail:         "what stands behind the end of the gzip file is not gzip",
		faultEmpty:            "the file is empty",
		noteTruncated:         "the file ends before it is complete; what comes before that is read",
		noteDefaulted:         "comments with a field that cannot be read and has its default: {n}; the first: {why}",
		countSuperChats:       "super chats, which are played highlighted: {n}",
		countPositioned:       "comments that are placed by a program, which are not played: {n}",
		countDeleted:          "comments that were deleted, which are not played: {n}",
		countCommands:         "commands to the player, which are not played: {n}",
		countInvisible:        "invisible comments, which are not played: {n}",
		countGifts:            "gifts, which are not played: {n}",
		countGuards:           "memberships, which are not played: {n}",
		countWithheld:         "comments that were not shown then, which are not played: {n}",
		noteRepaired:          "places where the file is not well-formed: {n}; the first: {why}",
	}
	lineSentences = map[string]string{
		faultNoEnd:       "the comment has no end",
		faultFewFields:   "fields are missing in {word}",
		faultTime:        "the time {word} is not a number of seconds",
		faultTimeMissing: "the time is missing",
		faultType:        "the type {word} is unknown",
		faultHeight:      "the size {word} is not a height of letters",
		faultNumberColor: "the colour {word} is not a number from 0 to 16777215",
		faultDate:        "the date {word} is not a number of seconds",
		faultVpos:        "vpos {word} is not a number of hundredths of a second",
		faultUsec:        "date_usec {word} is not a number of microseconds",
		faultLineTooLong: "it is longer than {n} MiB",
		faultNoOffset:    "offset_ms is missing, which other lines have",
		faultLate:        "it comes more than {n} days after the first",
		faultNotUTF8:     "it is not UTF-8",
		faultKind:        "{raw} is a {other}",
		faultNotJSON:     "it is not well-formed JSON",
		faultNotComment:  "it is not a comment of this kind of file",
		faultOtherFields: "it is not a comment of this kind of file; its fields are: {raw}",
		faultCSVRow:      "its quotes are not as CSV wants them",
		faultElem:        "it is damaged",
		faultNoText:      "text is missing",
		faultNotMoment:   "ts {word} is not a time like 2026-11-21T04:05:06.789Z",
		faultMomentEarly: "ts {word} is before 1970",
		faultNoTime:      "offset_ms and ts are missing",
		faultOffset:      "offset_ms {raw} is not a number, or further than {n} days",
		faultMode:        "the mode {word} is unknown",
		faultSize:        "the size {word} is unknown",
		faultHexColor:    "the colour {word} is not like #rrggbb",
	}
)

// FaultSentences returns the English sentence for every code, with the placeholders {word} and
// {raw} for the word, {other}, {n}, {line}, {column} and {why}.
func FaultSentences() map[string]string {
	all := maps.Clone(fileSentences)
	maps.Copy(all, lineSentences)
	return all
}

// mostNamed is how many characters of the file a fault quotes.
const mostNamed = 40

// flaw sets the sentence of a fault. Terminals and pages show what it quotes of the file, so
// it contains no control characters.
func flaw(f room.Fault) *room.Fault {
	f.Word, f.Other = comment.OneLine(clipped(f.Word, mostNamed)), comment.OneLine(clipped(f.Other, mostNamed))
	maker := "Bilibili" // the root element says which of the two
	if f.Other == niconicoRoot {
		maker = "niconico"
	}
	f.Message = strings.NewReplacer("{word}", strconv.Quote(f.Word), "{raw}", f.Word, "{other}", f.Other, "{n}", strconv.Itoa(f.N),
		"{line}", strconv.Itoa(f.OfLine), "{column}", strconv.Itoa(f.OfColumn), "{maker}", maker).
		Replace(strings.ReplaceAll(sentenceOf(f.Code), "{why}", sentenceOf(f.Why)))
	return &f
}

func sentenceOf(code string) string {
	if s, ok := fileSentences[code]; ok {
		return s
	}
	return lineSentences[code]
}

// listed joins as many names as a fault quotes.
func listed(names []string) string {
	for n := len(names); n > 1; n-- {
		s := strings.Join(names[:n], ", ")
		if n < len(names) {
			s += ", …"
		}
		if utf8.RuneCountInString(s) <= mostNamed {
			return s
		}
	}
	return strings.Join(names[:min(len(names), 1)], "")
}

func clipped(s string, most int) string {
	n := 0
	for i := range s {
		if n++; n > most {
			return s[:i]
		}
	}
	return strings.Clone(s) // not the line that contains it
}
