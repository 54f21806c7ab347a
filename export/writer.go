package export

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"danmaku/comment"
)

// Format is a kind of file that comments are written in.
type Format string

// The formats.
const (
	BilibiliXML Format = "bilibili-xml" // players and archives of Bilibili's comments
	ASS         Format = "ass"          // subtitles that any player draws, lanes and all
	NiconicoXML Format = "niconico-xml" // tools for niconico's comments
	JSONLines   Format = "jsonl"        // everything, for programs and for replay
	CSV         Format = "csv"          // everything, for spreadsheets
)

// Formats lists the formats in the order in which they are offered.
var Formats = []Format{BilibiliXML, ASS, NiconicoXML, JSONLines, CSV}

// Valid tells whether f is one of [Formats].
func (f Format) Valid() bool { return slices.Contains(Formats, f) }

// Suffix is what the name of such a file ends with.
func (f Format) Suffix() string {
	switch f {
	case BilibiliXML:
		return ".xml"
	case NiconicoXML:
		return ".niconico.xml"
	}
	return "." + string(f)
}

// MediaType is the Content-Type of such a file.
func (f Format) MediaType() string {
	switch f {
	case ASS:
		return "text/x-ssa; charset=utf-8"
	case JSONLines:
		return "application/jsonl; charset=utf-8"
	case CSV:
		return "text/csv; charset=utf-8"
	}
	return "application/xml; charset=utf-8"
}

// clocked tells whether the format knows nothing but the time in the recording,
// so that what came before its beginning has no place in it.
func (f Format) clocked() bool { return f != JSONLines && f != CSV }

// Early says what becomes of comments from before the beginning, and of those
// that came while the recording was paused.
type Early string

// What can be done with them.
const (
	EarlyDefault Early = ""      // JSON Lines and CSV keep them, the early ones with their negative time, the others leave them out
	EarlyDrop    Early = "drop"  // they are left out
	EarlyClamp   Early = "clamp" // they come at the beginning, or where the recording stood
)

// Options say how a file is written.
type Options struct {
	Room  string
	Zero  time.Time // the beginning of the recording; zero: the first comment written
	Early Early
	// Pauses are the times after Zero in which the recording stood still, in
	// their order: its clock did, too.
	Pauses []comment.Pause
	BOM    bool // CSV alone: begins with a byte order mark, for old Excel
}

// Writer writes comments to a file as they come, ordered by time, and keeps
// only those in memory that are on the screen at the same moment (ASS) or none.
type Writer struct {
	out     *bufio.Writer
	format  Format
	opt     Options
	enc     encoder
	begun   bool
	stood   time.Duration // how long the recording stood still in the pauses that are over
	summary Summary
}

// Summary is the account of an export.
type Summary struct {
	Written int
	Early   int // left out, or put at the beginning, since they came before it
	Paused  int // left out, or put where the recording stood, since they came while it was paused
	Covered int // ASS: shown over another, since there was no lane where the overlay would have dropped them
}

// encoder is one format.
type encoder interface {
	begin(w *bufio.Writer) error
	add(w *bufio.Writer, row comment.Row, offset time.Duration) error
	end(w *bufio.Writer) error
}

// NewWriter begins a file of a valid format. Nothing is written to w before the
// first Write or Close.
func NewWriter(w io.Writer, f Format, opt Options) (*Writer, error) {
	x := &Writer{out: bufio.NewWriterSize(w, 64<<10), format: f, opt: opt}
	switch f {
	case BilibiliXML:
		x.enc = bilibiliWriter{}
	case NiconicoXML:
		x.enc = &niconicoWriter{}
	case ASS:
		x.enc = newASSWriter(&x.summary)
	case JSONLines:
		x.enc = &jsonWriter{room: opt.Room}
	case CSV:
		x.enc = &csvWriter{room: opt.Room, bom: opt.BOM}
	default:
		return nil, fmt.Errorf("format %q is unknown", f)
	}
	return x, nil
}

// Write adds a comment. They must come in the order of their time.
func (x *Writer) Write(row comment.Row) error {
	if x.opt.Zero.IsZero() {
		x.opt.Zero = row.At
	}
	offset, paused := x.clock(row.At)
	outside := &x.summary.Early
	if paused {
		outside = &x.summary.Paused
	}
	if offset < 0 || paused {
		switch {
		case x.opt.Early == EarlyClamp:
			offset = max(offset, 0)
			*outside++
		case x.opt.Early == EarlyDrop || x.format.clocked():
			*outside++
			return nil
		}
	}
	if err := x.begin(); err != nil {
		return err
	}
	row.Text, row.Name = legalText(row.Text), legalText(row.Name)
	x.summary.Written++
	return x.enc.add(x.out, row, offset)
}

// clock is where the recording was at a moment, and whether it stood still. The
// moments must come in their order.
func (x *Writer) clock(at time.Time) (offset time.Duration, paused bool) {
	for len(x.opt.Pauses) > 0 {
		p := x.opt.Pauses[0]
		if at.Before(p.From) {
			break
		}
		if p.To.IsZero() || at.Before(p.To) {
			return p.From.Sub(x.opt.Zero) - x.stood, true
		}
		x.stood += p.To.Sub(p.From)
		x.opt.Pauses = x.opt.Pauses[1:]
	}
	return at.Sub(x.opt.Zero) - x.stood, false
}

func (x *Writer) begin() error {
	if x.begun {
		return nil
	}
	x.begun = true
	return x.enc.begin(x.out)
}

// Summary is the account so far; it is complete after Close.
func (x *Writer) Summary() Summary { return x.summary }

// Close ends the file. It does not close what it is written to.
func (x *Writer) Close() error {
	if err := x.begin(); err != nil {
		return err
	}
	if err := x.enc.end(x.out); err != nil {
		return err
	}
	return x.out.Flush()
}

// legalText drops what has no place in a line of text in any of the formats:
// what XML 1.0 forbids, controls, bytes that are not UTF-8. The log holds none
// of it, but a file must be sound whatever it was made of.
func legalText(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\r', r == '\t':
			return ' '
		case !legal(r), r >= 0x7f && r <= 0x9f:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}
