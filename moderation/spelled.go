package moderation

import (
	"strings"
	"time"
	"unicode/utf8"

	"danmaku/comment"

	"github.com/rivo/uniseg"
)

// Bounds of the comments over which somebody can spell a word.
const (
	spelledFor   = 30 * time.Second // from one to the next
	pieceLetters = 3                // a longer comment is no piece
	pieceBytes   = 48               // neither is one with so many marks
	mostPieces   = 12
)

// tail is what an author said last in short comments, as long as each came
// within [spelledFor] of the one before.
type tail struct {
	pieces string // with a line break behind each
	last   saying
}

// isPiece tells whether a text is short enough to be part of a word.
func isPiece(text string) bool {
	if text == "" || len(text) > pieceBytes {
		return false
	}
	n := 0
	for g := uniseg.NewGraphemes(text); g.Next(); {
		if n++; n > pieceLetters {
			return false
		}
	}
	return true
}

// before gives the pieces that stood when the sending ref came: sent again, it
// is not a piece before itself.
func (t tail) before(ref uint64, now time.Time) []string {
	if t.pieces == "" || t.last.age(now) >= spelledFor {
		return nil
	}
	pieces := strings.Split(strings.TrimSuffix(t.pieces, "\n"), "\n")
	if t.last.same(ref) {
		pieces = pieces[:len(pieces)-1]
	}
	return pieces
}

// pieces gives the short comments of a draft's author before it.
func (h *habits) pieces(d comment.Draft) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	t, _ := h.tails.get(h.hash(d.Room, d.User), d.At)
	return t.before(h.ref(d), d.At)
}

// keep remembers a draft as a piece. The habits are locked.
func (h *habits) keep(d comment.Draft, author, ref uint64) {
	if !isPiece(d.Text) {
		return
	}
	t, _ := h.tails.get(author, d.At)
	pieces := append(t.before(ref, d.At), strings.ReplaceAll(d.Text, "\n", " "))
	if n := len(pieces) - mostPieces; n > 0 {
		pieces = pieces[n:]
	}
	h.tails.set(author, tail{strings.Join(pieces, "\n") + "\n", saying{d.At.UnixMilli(), ref}}, d.At)
}

// spelled looks for a word that ends in a text and began in the short comments
// of its author before. The earlier ones have been shown, so this one is held,
// and never refused: that the comments belong together is a guess.
func spelled(sets []*Rules, pieces []string, text string, now int64) comment.Verdict {
	for i := range pieces {
		said := strings.Join(pieces[i:], "")
		border := utf8.RuneCountInString(said)
		found, folded, _ := words(sets, said+text, now)
		for _, h := range found {
			// From the first of these pieces into the text; what begins later is found with fewer pieces.
			if h.action < comment.Hold || h.exact || h.span.To <= border || h.span.From >= utf8.RuneCountInString(pieces[i]) {
				continue
			}
			return comment.Verdict{
				Action: comment.Hold, Rule: h.rule, Word: h.word, Folded: folded,
				Detail: "spelled over several comments", Spans: []span{{From: 0, To: h.span.To - border}},
			}
		}
	}
	return comment.Verdict{}
}
