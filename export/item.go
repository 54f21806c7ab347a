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
	Text   string        // as in the file; it has passed no check
	Mode   comment.Mode
	Color  string // "#rrggbb"
	Size   comment.Size
	Name   string         // the author's chosen name, where the format has one
	Sender string         // pseudonym of the author in the format's own terms, may be empty
	SentAt time.Time      // when it was first written; zero when the file does not say
	ID     string         // the file's own name for it
	Status comment.Status // what had become of it; empty where the format does not say, which means shown
	Source comment.Source // the door it came through; empty where the format does not say
	Line   int            // where it stands in the file, from 1; in seg.so its number
	Column int            // in characters, from 1
}

// Report says what of a file did not become an [Item], and what had to be mended.
type Report struct {
	Positioned int // comments placed or moved by a program, which have no place in our lanes
	Deleted    int // comments taken down, as the file itself says
	Commands   int // niconico: notes of the broadcaster to the player
	Invisible  int // niconico: comments that are not shown
	Gifts      int // presents of viewers
	Guards     int // memberships that viewers bought
	Withheld   int // ours: comments that were held, refused or taken down; who replays counts them
	Unread     int // comments that cannot be read

	SuperChats int // comments among the items that somebody paid for
	Defaulted  int // comments among the items of which a field could not be read and has its default

	Malformed []room.Fault // what is wrong with the first of those that are not read
	Notes     []room.Fault // what is wrong with the file as a whole, one of each kind
}

// mostMalformed is of how many comments a report says what is wrong.
const mostMalformed = 20

// unread notes a comment that cannot be read.
func (r *Report) unread(at place, f room.Fault) {
	if r.Unread++; len(r.Malformed) < mostMalformed {
		r.Malformed = append(r.Malformed, *fault(at, f))
	}
}

// Account lists what of the file is played otherwise than as a comment, or not
// at all, with its number: one fault of each kind. What cannot be read is not
// among it, see Malformed.
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
