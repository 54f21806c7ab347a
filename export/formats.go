package export

import (
	"slices"
	"strings"
)

// Format is a file format that comments are written in or read from.
type Format string

// The formats.
const (
	BilibiliXML Format = "bilibili-xml" // players and archives of Bilibili's comments
	ASS         Format = "ass"          // subtitles with lanes, for any player
	NiconicoXML Format = "niconico-xml" // tools for niconico's comments
	JSONLines   Format = "jsonl"        // everything, for programs and for replay
	CSV         Format = "csv"          // everything, for spreadsheets
	SRT         Format = "srt"          // subtitles as plain text, for editors and video platforms
	WebVTT      Format = "vtt"          // subtitles for the browser's own player
)

// Whether a format stores only the time in the recording, see formatInfo.timed.
const (
	timedAlone = true
	everything = false
)

// Whether a file may begin with a byte order mark, see formatInfo.marked.
const (
	mayMark = true
	noMark  = false
)

// formats is the table of all formats, in the order in which they are offered.
// The rows name no fields, so that a row that forgets one does not compile. A
// new format needs a row here, and its label in the console's languages;
// TestFormats names what is missing. The command line, the server and the page
// read this table.
var formats = []formatInfo{
	{BilibiliXML, ".xml", "application/xml; charset=utf-8", timedAlone, noMark, scanBilibili, newBilibiliWriter},
	{ASS, ".ass", "text/x-ssa; charset=utf-8", timedAlone, mayMark, nil, newASSWriter},
	{NiconicoXML, ".niconico.xml", "application/xml; charset=utf-8", timedAlone, noMark, scanNiconico, newNiconicoWriter},
	{SRT, ".srt", "application/x-subrip; charset=utf-8", timedAlone, mayMark, nil, newSRTWriter},
	{WebVTT, ".vtt", "text/vtt; charset=utf-8", timedAlone, mayMark, nil, newVTTWriter},
	{JSONLines, ".jsonl", "application/jsonl; charset=utf-8", everything, noMark, scanJSON, newJSONWriter},
	{CSV, ".csv", "text/csv; charset=utf-8", everything, mayMark, scanCSV, newCSVWriter},
	{BilibiliProto, ".so", "application/octet-stream", timedAlone, noMark, scanSegment, nil},
	{BilibiliJSON, ".json", "application/json; charset=utf-8", timedAlone, noMark, scanJSON, nil},
	{NiconicoJSON, ".json", "application/json; charset=utf-8", timedAlone, noMark, scanJSON, nil},
	{YouTubeChat, ".live_chat.json", "application/jsonl; charset=utf-8", timedAlone, noMark, scanJSON, nil},
	{TwitchChat, ".json", "application/json; charset=utf-8", timedAlone, noMark, scanJSON, nil},
	{ChatDownloader, ".json", "application/json; charset=utf-8", timedAlone, noMark, scanJSON, nil},
	{Dandanplay, ".json", "application/json; charset=utf-8", timedAlone, noMark, scanJSON, nil},
	{DPlayer, ".json", "application/json; charset=utf-8", timedAlone, noMark, scanJSON, nil},
	{ArtPlayer, ".json", "application/json; charset=utf-8", timedAlone, noMark, scanJSON, nil},
	{AcFun, ".json", "application/json; charset=utf-8", timedAlone, noMark, scanJSON, nil},
}

// formatInfo is what the program knows about a format.
type formatInfo struct {
	name      Format
	suffix    string // of a file's name
	mediaType string // Content-Type of a file

	// timed: the format stores only the time in the recording, so it has no place for a
	// comment from outside the recording.
	timed bool

	// marked: programs read the file with a byte order mark at its beginning. XML
	// and JSON Lines are UTF-8 by definition, and some readers stumble over it.
	marked bool

	read  reader                                      // nil: the format cannot be read
	write func(opt Options, summary *Summary) encoder // nil: the format cannot be written
}

// reader passes the comments of a file to a reading one at a time. The report of the reading
// counts skipped comments.
type reader func(in *input, rd *reading) error

// Formats lists the formats that can be written, in the order in which they are offered.
var Formats = func() (written []Format) {
	for _, f := range formats {
		if f.write != nil {
			written = append(written, f.name)
		}
	}
	return written
}()

// Valid reports whether f is one of [Formats].
func (f Format) Valid() bool { return slices.Contains(Formats, f) }

// Timed reports whether the format stores only the time in the recording, so that comments
// from outside the recording are left out.
func (f Format) Timed() bool { return f.info().timed }

// Marked reports whether such a file may begin with a byte order mark.
func (f Format) Marked() bool { return f.info().marked }

// Names lists formats for use in a sentence.
func Names(list []Format) string {
	words := make([]string, len(list))
	for i, f := range list {
		words[i] = string(f)
	}
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " or " + words[n-1]
	}
	return strings.Join(words, "")
}

// Suffix returns the ending of the file name.
func (f Format) Suffix() string { return f.info().suffix }

// MediaType returns the Content-Type of the file.
func (f Format) MediaType() string { return f.info().mediaType }

// info returns the row of f; it is empty for an unknown format.
func (f Format) info() formatInfo {
	for _, row := range formats {
		if row.name == f {
			return row
		}
	}
	return formatInfo{}
}
