// Package export reads and writes comments in the formats of other programs.
package export

import (
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// MaxFile is the largest file that is read, in bytes. A comment takes about
// 100, so this is some 600,000 of them.
const MaxFile = 64 << 20

// Item is one comment of a recording, as far as the format holds it.
type Item struct {
	Offset time.Duration // since the beginning of the recording, never negative
	Text   string        // as in the file, unchecked
	Mode   comment.Mode
	Color  string // "#rrggbb"
	Size   comment.Size
	Name   string         // the author's chosen name, if the format has one
	Sender string         // pseudonym of the author in the format's own terms, may be empty
	SentAt time.Time      // when it was first written; zero when the file does not contain it
	ID     string         // the ID within the file
	Status comment.Status // its status when exported; empty if the format has none, which means shown
	Source comment.Source // the connection it came through; empty if the format has none
	Line   int            // its line in the file, from 1; its number in seg.so
	Column int            // in characters, from 1
}

// Report lists the parts of a file that did not become an [Item], and those that had to be
// repaired.
type Report struct {
	Positioned int // comments positioned or moved by a program, which have no place in our lanes
	Deleted    int // comments taken down according to the file
	Commands   int // niconico: notes of the broadcaster to the player
	Invisible  int // niconico: comments that are not shown
	Gifts      int // presents of viewers
	Guards     int // memberships that viewers bought
	Withheld   int // ours: comments that were held, refused or taken down; the caller of a replay counts them
	Unread     int // unreadable comments

	SuperChats int // comments among the items that somebody paid for
	Defaulted  int // comments among the items with an unreadable field, which got its default

	Malformed []room.Fault // the faults of the first unreadable comments
	Notes     []room.Fault // faults of the file as a whole, one of each kind
}

// mostMalformed is the most comments whose fault a report describes.
const mostMalformed = 20

// unread counts an unreadable comment.
func (r *Report) unread(at place, f room.Fault) {
	if r.Unread++; len(r.Malformed) < mostMalformed {
		r.Malformed = append(r.Malformed, *fault(at, f))
	}
}

// Account lists the parts of the file that are not played as comments, or not at all, with
// their numbers: one fault of each kind. It does not include unreadable comments, see
// Malformed.
func (r Report) Account() []room.Fault {
	var out []room.Fault
	for _, kind := range []struct {
		code string
		n    int
	}{
		{countSuperChats, r.SuperChats}, {countPositioned, r.Positioned}, {countDeleted, r.Deleted}, {countCommands, r.Commands},
		{countInvisible, r.Invisible}, {countGifts, r.Gifts}, {countGuards, r.Guards}, {countWithheld, r.Withheld},
	} {
		if kind.n > 0 {
			out = append(out, *flaw(room.Fault{Code: kind.code, N: kind.n}))
		}
	}
	return out
}

// Skipped is the number of comments and presents that are not among the items.
func (r Report) Skipped() int {
	return r.Positioned + r.Deleted + r.Commands + r.Invisible + r.Gifts + r.Guards + r.Withheld + r.Unread
}
