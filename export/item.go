// Package export reads and writes comments in the formats of other programs.
package export

import (
	"time"

	"danmaku/comment"
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
	Line   int            // where it stands in the file, from 1
}

// Report tells what of a file did not become an [Item].
type Report struct {
	Positioned int             // comments placed or moved by a program, which have no place in our lanes
	Deleted    int             // niconico: comments taken down, of which the file keeps the place alone
	Commands   int             // niconico: notes of the broadcaster to the player
	Withheld   int             // JSON Lines: comments that were held, refused or taken down; who replays counts them
	Unread     int             // comments that cannot be read
	Malformed  []comment.Fault // what is the matter with the first of those
}

// mostMalformed is of how many comments a report says what is the matter.
const mostMalformed = 20

// unread notes a comment that cannot be read.
func (r *Report) unread(line int, f *comment.Fault) {
	if r.Unread++; len(r.Malformed) < mostMalformed {
		f.Line = line
		r.Malformed = append(r.Malformed, *f)
	}
}

// Skipped is the number of comments that were left out.
func (r Report) Skipped() int {
	return r.Positioned + r.Deleted + r.Commands + r.Withheld + r.Unread
}
