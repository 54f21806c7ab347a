package export

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"danmaku/room"
)

// Early says how to treat comments from outside the recording: before its beginning, after its
// end, and during pauses.
type Early string

// The values of Early.
const (
	EarlyDefault Early = ""      // JSON Lines and CSV keep them, early ones with a negative time; the other formats leave them out
	EarlyDrop    Early = "drop"  // they are left out
	EarlyClamp   Early = "clamp" // they move to the beginning, the end, or the position of the pause
)

// Options say how to write a file.
type Options struct {
	Room  string
	Zero  time.Time // the beginning of the recording; zero means the first comment written
	End   time.Time // the end of the recording; zero means none
	Early Early
	// Pauses are the times after Zero in which the recording was paused, in order: its clock
	// was stopped.
	Pauses []room.Pause
	BOM    bool // the file begins with a byte order mark, where [Format.Marked] allows it
}

// Writer writes comments to a file as they come, ordered by time. It keeps none in memory, or
// in subtitles only those that are on the screen at the same moment. It is for one goroutine.
type Writer struct {
	out      *bufio.Writer
	timed    bool // the format has no place for comments from outside the recording
	marked   bool // the file begins with a byte order mark
	opt      Options
	enc      encoder
	begun    bool
	clock    *Clock
	summary  Summary
	selected Selected
}

// Summary counts the comments of an export.
type Summary struct {
	Written int
	Early   int // left out or moved to the beginning, because they came before it
	Paused  int // left out or moved to the pause, because they came during one
	After   int // left out or moved to the end, because they came after it
	Covered int // ASS: shown over another one, because no lane became free within a second
}

// Selected counts the comments that were passed to a [Writer], whatever their outcome.
type Selected struct {
	All    int
	Early  int // from before the beginning
	Paused int // from during a pause
	After  int // from after its end
}

// encoder writes one format.
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

// Write adds a comment. Comments must come in the order of their time.
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
		x.out.WriteString("\ufeff") // a bufio.Writer returns its first error at the end
	}
	return x.enc.begin(x.out)
}

// Summary returns the counts so far; they are complete after Close.
func (x *Writer) Summary() Summary { return x.summary }

// Selected returns the counts of comments passed to the writer so far.
func (x *Writer) Selected() Selected { return x.selected }

// Close ends the file. It does not close the underlying writer.
func (x *Writer) Close() error {
	if err := x.begin(); err != nil {
		return err
	}
	if err := x.enc.end(x.out); err != nil {
		return err
	}
	return x.out.Flush()
}

// legalText drops what a line of text cannot contain in some format: characters that XML 1.0
// forbids, controls, bytes that are not UTF-8. The log contains none of these, but a file must
// be valid whatever its source.
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
