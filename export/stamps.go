package export

import (
	"bufio"
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"danmaku/comment"
)

// timed is an item whose Offset may be missing, or lie before the beginning.
type timed struct {
	Item
	hasOffset bool
}

// stamp is what of a comment decides its place among the others. The comment
// itself may be elsewhere: so a file is put in order without being in memory.
type stamp struct {
	at        time.Duration // since the beginning
	ref       int64         // where the comment is
	sent      int64         // Unix microseconds
	id        string        // at most mostID bytes
	line      int32
	size      int32 // of the comment, where it is
	hasOffset bool
	left      bool // it only helps to find the beginning
}

// mostID is how much of an ID orders comments of the same moment, in bytes. Real
// ones have twenty.
const mostID = 64

// scan reads a file, has each comment kept, and gives them in the order of time,
// then ID. keep says where the comment is; errLeft leaves it out.
func scan(format Format, r *bufio.Reader, most int, keep func(Item) (stamp, error)) ([]stamp, Report, error) {
	var stamps []stamp
	var report Report
	note := func(t timed) error {
		s, err := keep(t.Item)
		if err != nil && !errors.Is(err, errLeft) {
			return err
		}
		s.at, s.sent, s.line, s.hasOffset, s.left = t.Offset, t.SentAt.UnixMicro(), int32(t.Line), t.hasOffset, err != nil
		s.id = strings.Clone(t.ID[:min(len(t.ID), mostID)]) // not the line that it is a part of
		stamps = append(stamps, s)
		return nil
	}
	var err error
	switch format {
	case JSONLines:
		err = scanJSONLines(r, most, &report, note)
	case NiconicoXML:
		err = scanXML(r, niconico, most, &report, note)
	default:
		err = scanXML(r, bilibili, most, &report, note)
	}
	if err != nil {
		return nil, Report{}, err
	}
	stamps = onOneClock(stamps, &report)
	slices.SortStableFunc(stamps, func(a, b stamp) int {
		return cmp.Or(cmp.Compare(a.at, b.at), compareIDs(a.id, b.id))
	})
	return stamps, report, nil
}

// errLeft leaves a comment out.
var errLeft = errors.New("left out")

// onOneClock gives every comment an offset that is not negative.
func onOneClock(stamps []stamp, report *Report) []stamp {
	offsets := slices.ContainsFunc(stamps, func(s stamp) bool { return s.hasOffset })
	kept := stamps[:0]
	var first int64
	for _, s := range stamps {
		if offsets && !s.hasOffset {
			if !s.left {
				report.unread(int(s.line), flaw(comment.Fault{Code: faultNoOffset}))
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
			// What is too late to be played is too late by a little, too, and
			// overflows nothing.
			s.at = time.Duration(min(s.sent-first, 2*maxOffset.Microseconds())) * time.Microsecond
		}
		early = min(early, s.at)
	}
	stamps, kept = kept, kept[:0]
	for _, s := range stamps {
		switch s.at -= early; {
		case s.left:
		case s.at > maxOffset:
			report.unread(int(s.line), flaw(comment.Fault{Code: faultLate, N: mostDays}))
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
