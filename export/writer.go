package export

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"danmaku/room"
)

// Early says what becomes of comments from outside the recording: from before
// its beginning, from behind its end, and from while it was paused.
type Early string

// What can be done with them.
const (
	EarlyDefault Early = ""      // JSON Lines and CSV keep them, those from before with their negative time, the others leave them out
	EarlyDrop    Early = "drop"  // they are left out
	EarlyClamp   Early = "clamp" // they come at the beginning, at the end, or where the recording stood
)

// Options say how a file is written.
type Options struct {
	Room  string
	Zero  time.Time // the beginning of the recording; zero: the first comment written
	End   time.Time // the end of the recording; zero: it has none
	Early Early
	// Pauses are the times after Zero in which the recording stood still, in
	// their order: its clock did, too.
	Pauses []room.Pause
	BOM    bool // the file begins with a byte order mark, where [Format.Marked] allows it
}

// Writer writes comments to a file as they come, ordered by time, and keeps
// only those in memory that are on the screen at the same moment (subtitles) or
// none. It is for one goroutine.
type Writer struct {
	out      *bufio.Writer
	timed    bool // the format has no place for what is outside the recording
	marked   bool // the file begins with a byte order mark
	opt      Options
	enc      encoder
	begun    bool
	clock    *Clock
	summary  Summary
	selected Selected
}

// Summary is the account of an export.
type Summary struct {
	Written int
	Early   int // left out, or put at the beginning, since they came before it
	Paused  int // left out, or put where the recording stood, since they came while it was paused
	After   int // left out, or put at the end, since they came after it
	Covered int // ASS: shown over another, since no lane became free within a second
}

// Selected counts the comments that were handed to a [Writer], whatever became
// of them.
type Selected struct {
	All    int
	Early  int // from before the beginning
	Paused int // from while the recording was paused
	After  int // from after its end
}

// encoder is one format.
type encoder interface {
	begin(w *bufio.Writer) error
	add(w *bufio.Writer, row room.Row, offset time.Duration) error
	end(w *bufio.Writer) error
}

// NewWriter begins a file of a valid format. Nothing is written to w before the
// first Write or Close.
func NewWriter(w io.Writer, f Format, opt Options) (*Writer, error) {
	info := f.info()
	if info.write == nil {
		return nil, fmt.Errorf("format %q is unknown", f)
	}
	x := &Writer{out: bufio.NewWriterSize(w, 64<<10), timed: info.timed, marked: opt.BOM && info.marked, opt: opt}
	x.enc = info.write(opt, &x.summary)
	return x, nil
}

// Write adds a comment. They must come in the order of their time.
func (x *Writer) Write(row room.Row) error {
	if x.clock == nil {
		if x.opt.Zero.IsZero() {
			x.opt.Zero = row.At
		}
		x.clock = x.opt.Clock()
	}
	offset, at := x.clock.at(row.At)
	x.selected.All++
	if at != during {
		came, treated := &x.selected.Early, &x.summary.Early
		switch at {
		case paused:
			came, treated = &x.selected.Paused, &x.summary.Paused
		case after:
			came, treated = &x.selected.After, &x.summary.After
		}
		*came++
		switch {
		case x.opt.Early == EarlyClamp:
			offset = x.clock.clamp(offset, at)
			*treated++
		case x.opt.Early == EarlyDrop || x.timed:
			*treated++
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

func (x *Writer) begin() error {
	if x.begun {
		return nil
	}
	x.begun = true
	if x.marked {
		x.out.WriteString("\ufeff") // a bufio.Writer keeps its first error for the end
	}
	return x.enc.begin(x.out)
}

// Summary is the account so far; it is complete after Close.
func (x *Writer) Summary() Summary { return x.summary }

// Selected counts what was handed to the writer so far.
func (x *Writer) Selected() Selected { return x.selected }

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
