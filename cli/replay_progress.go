package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/term"
)

// progress shows the progress of a replay: a bar redrawn in place on a terminal, otherwise one
// line for every tenth.
type progress struct {
	out      io.Writer
	terminal bool
	all      int
	begun    time.Time
	drawn    time.Time
	tenth    int
	width    int // of the line drawn last
}

func newProgress(out io.Writer, all int) *progress {
	return &progress{out: out, terminal: isTerminal(out), all: all, begun: time.Now()}
}

// isTerminal reports whether w is a terminal.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// update is called after every answer, never concurrently.
func (p *progress) update(t tally) {
	sent := t.sent()
	if !p.terminal {
		if tenth := sent * 10 / p.all; tenth > p.tenth {
			p.tenth = tenth
			fmt.Fprintf(p.out, "%3d %%  %s\n", tenth*10, p.counts(t))
		}
		return
	}
	if now := time.Now(); sent == p.all || now.Sub(p.drawn) >= 100*time.Millisecond {
		p.drawn = now
		const width = 30
		full := sent * width / p.all
		line := fmt.Sprintf("%s%s %3d %%  %s  %v", strings.Repeat("█", full), strings.Repeat("░", width-full),
			sent*100/p.all, p.counts(t), now.Sub(p.begun).Round(time.Second))
		fmt.Fprintf(p.out, "\r%-*s", p.width, line) // spaces overwrite the rest of a longer line
		p.width = utf8.RuneCountInString(line)
	}
}

func (p *progress) counts(t tally) string {
	return fmt.Sprintf("%d of %d · shown %d · held %d · refused %d", t.sent(), p.all, t.shown, t.held, t.refusals())
}

// done ends the line of the bar.
func (p *progress) done() {
	if p.terminal && !p.drawn.IsZero() {
		fmt.Fprintln(p.out)
	}
}
