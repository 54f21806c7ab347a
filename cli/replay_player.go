package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"danmaku/client"
	"danmaku/comment"
	"danmaku/config"
	"danmaku/export"
	"danmaku/live/replay"
)

// errUnauthorized ends a replay whose key the server does not accept.
var errUnauthorized error = config.Faultf(config.Say("the server does not take the key", "服务器不接受这个密钥", "サーバーが鍵を受け付けません"))

// postman sends the comments of a recording to a server.
type postman struct {
	sender   *client.Sender
	timeout  time.Duration // the longest time without any answer from the server
	run      string        // prefix of every ref, so that a second replay is not mistaken for a repetition
	progress func(tally)

	mu       sync.Mutex
	tally    tally
	answered time.Time // when the server last answered; zero: never
}

// tally counts the comments of a replay.
type tally struct {
	total, shown, held, skipped, failed int
	refused                             map[string]int // by code
	lastFailure                         error
}

func (t tally) refusals() (n int) {
	for _, c := range t.refused {
		n += c
	}
	return n
}

// sent returns the number of comments that have an answer.
func (t tally) sent() int { return t.shown + t.held + t.refusals() + t.failed }

func (t tally) write(w io.Writer, report export.Report) {
	row := func(what string, n int, why ...string) {
		line := fmt.Sprintf("  %-8s %6d", what, n)
		if len(why) > 0 {
			line += "  (" + strings.Join(why, ", ") + ")"
		}
		fmt.Fprintln(w, line)
	}
	row("shown", t.shown)
	row("held", t.held)
	var why []string
	for _, code := range slices.Sorted(maps.Keys(t.refused)) {
		why = append(why, fmt.Sprintf("%s %d", code, t.refused[code]))
	}
	row("refused", t.refusals(), why...)
	why = nil
	for _, kind := range []struct {
		name string
		n    int
	}{
		{"positioned", report.Positioned}, {"deleted", report.Deleted}, {"commands", report.Commands}, {"invisible", report.Invisible},
		{"gifts", report.Gifts}, {"guards", report.Guards}, {"not shown then", report.Withheld},
	} {
		if kind.n > 0 {
			why = append(why, fmt.Sprintf("%s %d", kind.name, kind.n))
		}
	}
	if n := report.Unread; n > 0 {
		why = append(why, fmt.Sprintf("malformed %d", n))
	}
	row("skipped", t.skipped, why...)
	row("failed", t.failed)
	if n := report.SuperChats; n > 0 {
		fmt.Fprintf(w, "  super chats among these, which are sent highlighted: %d\n", n)
	}
	if left := t.total - t.skipped - t.sent(); left > 0 {
		row("not sent", left)
	}
}

// deliver posts one comment and returns the wait that the answer asks for before a retry, see
// [replay.Submitter].
func (p *postman) deliver(ctx context.Context, s replay.RecordedComment) (again time.Duration, err error) {
	a, err := p.sender.Send(ctx, client.Comment{
		Ref: p.run + "-" + strconv.Itoa(s.N), Text: s.Text, Name: s.Name, Mode: string(s.Mode), Color: s.Color,
		Size: string(s.Size), Author: s.Author, Source: string(comment.FromReplay),
	})
	switch {
	case err != nil && ctx.Err() != nil:
		return 0, nil // interrupted: the comment counts as not sent
	case err != nil:
		return time.Second, p.unreachable(err)
	}
	p.mu.Lock()
	p.answered = time.Now()
	p.mu.Unlock()
	switch {
	case a.Status == http.StatusTooManyRequests || a.Status >= 502 && a.Status <= 504:
		return min(max(a.Wait, 50*time.Millisecond), time.Minute), nil
	}
	return 0, p.count(a)
}

// unreachable decides whether an attempt without an answer ends the replay: at once if no
// server listened from the start, otherwise when the server has been silent too long. A short
// restart passes; the ref keeps a comment whose answer was lost from being shown twice.
func (p *postman) unreachable(err error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var op *net.OpError
	if p.answered.IsZero() && errors.As(err, &op) && op.Op == "dial" {
		return config.Faultf(nobodyAnswers, systemCause(err))
	}
	if p.answered.IsZero() {
		p.answered = time.Now()
	}
	if silent := time.Since(p.answered); silent > p.timeout {
		return config.Faultf(noAnswerFor, silent.Round(time.Second), systemCause(err))
	}
	return nil
}

// count counts a final answer, or reports that no other can be better.
func (p *postman) count(a client.Answer) error {
	said := strings.TrimSpace(fmt.Sprintf("%d %s %s", a.Status, a.Code, a.Message))
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case a.Status/100 == 2 && a.Outcome == "held":
		p.tally.held++
	case a.Status/100 == 2 && a.Outcome == "shown":
		p.tally.shown++
	case a.Status == http.StatusUnauthorized:
		return config.Faultf(keyRefused, errUnauthorized, said)
	case a.Code == "room_closed":
		return config.Faultf(roomClosedNow, said)
	case a.Status == http.StatusForbidden && a.Code != "muted":
		return config.Faultf(keyMayNot, said)
	case a.Status == http.StatusNotFound:
		return config.Faultf(noRoomThere, p.sender.URL, said)
	case a.Status/100 == 3:
		return config.Faultf(sendsOn, a.Location)
	case a.Code != "" && (a.Status == http.StatusUnprocessableEntity || a.Status == http.StatusConflict || a.Status == http.StatusForbidden):
		if p.tally.refused == nil {
			p.tally.refused = map[string]int{}
		}
		p.tally.refused[a.Code]++
	default:
		p.tally.failed++
		p.tally.lastFailure = fmt.Errorf("the server answered %s", said)
	}
	if p.progress != nil {
		p.progress(p.tally)
	}
	return nil
}
