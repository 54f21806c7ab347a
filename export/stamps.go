package export

import (
	"cmp"
	"errors"
	"hash/maphash"
	"slices"
	"strings"
	"time"

	"danmaku/room"
)

// timed is an item whose Offset may be missing or negative.
type timed struct {
	Item
	hasOffset bool
}

// stamp is the part of a comment that determines its order. The comment itself may be
// elsewhere, so that a file is sorted without being in memory.
type stamp struct {
	at        time.Duration // since the beginning
	ref       int64         // where the comment is
	sent      int64         // Unix microseconds
	id        string        // at most mostID bytes
	line      int32
	column    int32
	author    uint64 // a hash
	size      int32  // of the comment, where it is
	hasOffset bool
	left      bool // skipped; it only helps to find the beginning
}

// mostID is how many bytes of an ID order comments of the same moment. Real IDs have twenty.
const mostID = 64

// orderedID returns the part of an ID that is kept.
func orderedID(id string) string { return id[:min(len(id), mostID)] }

// scan reads a file, calls keep for each comment, and returns their stamps ordered by time,
// then ID. keep returns where it stored the comment, or errLeft to skip it.
func scan(file *opened, opt ReadOptions, keep func(Item) (stamp, error)) ([]stamp, Report, error) {
	var stamps []stamp
	var report Report
	rd := &reading{format: file.format, most: opt.Most, strict: opt.Strict, report: &report, lookup: file.lookup}
	seed := maphash.MakeSeed()
	rd.keep = func(t timed) error {
		s, err := keep(t.Item)
		if err != nil && !errors.Is(err, errLeft) {
			return err
		}
		s.at, s.sent, s.line, s.column, s.hasOffset, s.left = t.Offset, t.SentAt.UnixMicro(), int32(t.Line), int32(t.Column), t.hasOffset, err != nil
		s.id = strings.Clone(orderedID(t.ID)) // not the line that contains it
		s.author = maphash.String(seed, t.Sender)
		stamps = append(stamps, s)
		return nil
	}
	err := file.format.info().read(file.in, rd)
	if err == nil {
		err = file.end(rd)
	}
	if err != nil {
		return nil, Report{}, err
	}
	file.format = rd.format
	rd.done()
	for i := range stamps {
		if s := &stamps[i]; s.hasOffset && rd.start > 0 {
			s.at = max(s.at-rd.start, 0)
		}
	}
	// Comments with a date but no offset, in a file whose other comments have offsets.
	for i := range stamps {
		if s := &stamps[i]; !s.hasOffset && !rd.begun.IsZero() {
			s.at, s.hasOffset = max(time.Duration(s.sent-rd.begun.UnixMicro())*time.Microsecond, 0), true
		}
	}
	stamps = takenDown(stamps, rd, seed, &report)
	missing := room.Fault{Code: faultNoOffset}
	if rd.format == NiconicoXML || rd.format == NiconicoJSON {
		missing = room.Fault{Code: faultTimeMissing}
	}
	stamps = onOneClock(stamps, missing, &report)
	slices.SortStableFunc(stamps, func(a, b stamp) int {
		return cmp.Or(cmp.Compare(a.at, b.at), compareIDs(a.id, b.id))
	})
	return stamps, report, nil
}

// takenDown drops the comments that the file itself reports as removed later.
func takenDown(stamps []stamp, rd *reading, seed maphash.Seed, report *Report) []stamp {
	if len(rd.gone) == 0 && len(rd.goneAuthors) == 0 {
		return stamps
	}
	authors := map[uint64]int{}
	for author, n := range rd.goneAuthors {
		authors[maphash.String(seed, author)] = n
	}
	kept := stamps[:0]
	for i, s := range stamps {
		if i < rd.gone[s.id] || i < authors[s.author] {
			report.Deleted++
			continue
		}
		kept = append(kept, s)
	}
	return kept
}

// errLeft skips a comment.
var errLeft = errors.New("left out")

// onOneClock gives every comment an offset that is not negative. missing is the fault of a
// comment without an offset among others that have one.
func onOneClock(stamps []stamp, missing room.Fault, report *Report) []stamp {
	offsets := slices.ContainsFunc(stamps, func(s stamp) bool { return s.hasOffset })
	kept := stamps[:0]
	var first int64
	for _, s := range stamps {
		if offsets && !s.hasOffset {
			if !s.left {
				report.unread(place{int(s.line), int(s.column)}, missing)
			}
			continue
		}
		if len(kept) == 0 || s.sent < first {
			first = s.sent
		}
		kept = append(kept, s)
	}
	var early time.Duration
	for i := range kept {
		s := &kept[i]
		if !offsets {
			// The bound is still too late to be played, and prevents an overflow.
			s.at = time.Duration(min(s.sent-first, 2*maxOffset.Microseconds())) * time.Microsecond
		}
		early = min(early, s.at)
	}
	stamps, kept = kept, kept[:0]
	for _, s := range stamps {
		switch s.at -= early; {
		case s.left:
		case s.at > maxOffset:
			report.unread(place{int(s.line), int(s.column)}, room.Fault{Code: faultLate, N: mostDays})
		default:
			kept = append(kept, s)
		}
	}
	return kept
}

// compareIDs orders decimal numbers of any length without reading them.
func compareIDs(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}
