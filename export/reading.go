package export

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"danmaku/room"
)

// reading is the state of reading one file: what its reader knows, counts and passes on.
type reading struct {
	format  Format // JSON readers set it once they know it
	most    int    // comments
	strict  bool   // a file that is not well-formed is refused
	report  *Report
	lookup  lookup // where to look for comments in JSON
	texts   bool   // a record without a text is not a comment
	settled bool   // the dialect of a file in JSON is known
	keep    func(timed) error

	seen      int
	at        place // of the current comment
	defaulted tallyFault
	repaired  tallyFault
	unsure    *room.Fault // of a field of the current comment

	begun       time.Time      // of the recording; zero: not known
	kept        int            // comments that were passed on
	start       time.Duration  // where the recording begins on the comments' clock; what says so may follow them
	gone        map[string]int // by removed ID: how many comments had been read by then
	goneAuthors map[string]int // the same by author, all of whose comments were removed
}

// lookup says where to look for comments in JSON, and how to compare names, if the usual
// places have none.
type lookup struct {
	anywhere bool // in fields of any name
	folded   bool // names may differ in case, as Text for text
}

// tallyFault counts faults of one kind and keeps the first.
type tallyFault struct {
	n     int
	first *room.Fault
}

func (t *tallyFault) note(at place, f room.Fault) {
	if t.n++; t.first == nil {
		t.first = fault(at, f)
	}
}

// begin counts one more comment of the file, whatever its outcome. An error ends the reading.
func (rd *reading) begin(at place) error {
	rd.at, rd.unsure = at, nil
	if rd.seen++; rd.seen > rd.most {
		return flaw(room.Fault{Code: faultTooMany, N: rd.most})
	}
	return nil
}

// side notes an unreadable field of the current comment that is not essential: it gets its
// default. One note of the report counts these comments.
func (rd *reading) side(code, word string) {
	if rd.unsure == nil {
		rd.unsure = &room.Fault{Code: code, Word: word}
	}
}

// problem handles a fault in the syntax of the file. It ends the reading if the file must be
// well-formed, and is noted otherwise.
func (rd *reading) problem(at place, f room.Fault) error {
	if rd.strict {
		return fault(at, f)
	}
	rd.repaired.note(at, f)
	return nil
}

// truncated handles a file that ends in the middle of its content. f is the fault if the file
// must be well-formed.
func (rd *reading) truncated(at place, f room.Fault) error {
	if rd.strict {
		return fault(at, f)
	}
	rd.note(at, room.Fault{Code: noteTruncated})
	return nil
}

// note adds a note to the report, once.
func (rd *reading) note(at place, f room.Fault) {
	if !slices.ContainsFunc(rd.report.Notes, func(n room.Fault) bool { return n.Code == f.Code }) {
		rd.report.Notes = append(rd.report.Notes, *fault(at, f))
	}
}

// unread skips the current comment.
func (rd *reading) unread(f room.Fault) { rd.report.unread(rd.at, f) }

// add passes on the current comment.
func (rd *reading) add(t timed) error {
	if rd.texts && strings.TrimSpace(t.Text) == "" {
		rd.unread(room.Fault{Code: faultNoText})
		return nil
	}
	if rd.kept++; rd.kept > rd.most {
		return flaw(room.Fault{Code: faultTooMany, N: rd.most})
	}
	if rd.unsure != nil {
		rd.defaulted.note(rd.at, *rd.unsure)
		rd.unsure = nil
	}
	t.Line, t.Column = rd.at.line, rd.at.column
	return rd.keep(t)
}

// takeDown notes that a comment was taken down, or everything that an author had written so
// far.
func (rd *reading) takeDown(author, id string) {
	if rd.gone == nil {
		rd.gone, rd.goneAuthors = map[string]int{}, map[string]int{}
	}
	if id != "" {
		rd.gone[orderedID(id)] = rd.kept
	}
	if author != "" {
		rd.goneAuthors[author] = rd.kept
	}
}

// done completes the report.
func (rd *reading) done() {
	sum := func(code string, t tallyFault) {
		if t.n == 0 {
			return
		}
		f := *t.first
		f.Code, f.Why, f.N = code, f.Code, t.n
		if code == noteDefaulted {
			rd.report.Defaulted = t.n
		}
		rd.report.Notes = append(rd.report.Notes, *flaw(f))
	}
	sum(noteDefaulted, rd.defaulted)
	sum(noteRepaired, rd.repaired)
	slices.SortStableFunc(rd.report.Malformed, func(a, b room.Fault) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

// fault returns f with its place.
func fault(at place, f room.Fault) *room.Fault {
	f.Line, f.Column = at.line, at.column
	return flaw(f)
}
