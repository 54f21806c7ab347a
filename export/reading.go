package export

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"danmaku/room"
)

// reading is one file while it is read: what its reader knows, counts and hands
// on.
type reading struct {
	format  Format // readers of JSON set it when they know
	most    int    // comments
	strict  bool   // a file that is not well-formed is refused
	report  *Report
	lookup  lookup // where comments in JSON are looked for
	texts   bool   // a comment without a text is not a comment
	settled bool   // the dialect of a file in JSON is known
	keep    func(timed) error

	seen      int
	at        place // of the comment that is being read
	defaulted tallyFault
	repaired  tallyFault
	unsure    *room.Fault // of a field of the comment at hand

	begun       time.Time      // of the recording; zero: not known
	kept        int            // comments that were handed on
	start       time.Duration  // of the comments' clock, where the recording begins
	gone        map[string]int // by ID that was taken down: how many comments had been read by then
	goneAuthors map[string]int // the same by author, of whom everything was removed
}

// lookup says where comments in JSON are looked for, and how names are compared,
// when none were found in the usual places.
type lookup struct {
	anywhere bool // in fields of any name
	folded   bool // names may be in other letters, as Text for text
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

// begin counts one more comment of the file, whatever becomes of it. Its error
// ends the reading.
func (rd *reading) begin(at place) error {
	rd.at, rd.unsure = at, nil
	if rd.seen++; rd.seen > rd.most {
		return flaw(room.Fault{Code: faultTooMany, N: rd.most})
	}
	return nil
}

// side notes a field of the comment at hand that cannot be read and that the
// comment can do without: it has its default. One note of the report counts the
// comments to which this happened.
func (rd *reading) side(code, word string) {
	if rd.unsure == nil {
		rd.unsure = &room.Fault{Code: code, Word: word}
	}
}

// problem is a fault in how the file is written. It ends the reading of a file
// that must be well-formed, and is noted otherwise.
func (rd *reading) problem(at place, f room.Fault) error {
	if rd.strict {
		return fault(at, f)
	}
	rd.repaired.note(at, f)
	return nil
}

// truncated is the end of the file before the end of what it holds. f says so where
// the file must be well-formed.
func (rd *reading) truncated(at place, f room.Fault) error {
	if rd.strict {
		return fault(at, f)
	}
	rd.note(at, room.Fault{Code: noteTruncated})
	return nil
}

// note adds a note of its own to the report, once.
func (rd *reading) note(at place, f room.Fault) {
	if !slices.ContainsFunc(rd.report.Notes, func(n room.Fault) bool { return n.Code == f.Code }) {
		rd.report.Notes = append(rd.report.Notes, *fault(at, f))
	}
}

// unread leaves out the comment at hand.
func (rd *reading) unread(f room.Fault) { rd.report.unread(rd.at, f) }

// add hands on the comment at hand.
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

// takeDown notes that a comment was taken down, or everything that an author had
// written so far.
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

// fault says what is wrong at a place.
func fault(at place, f room.Fault) *room.Fault {
	f.Line, f.Column = at.line, at.column
	return flaw(f)
}
