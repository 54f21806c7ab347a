package report_test

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/report"
	"danmaku/room"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// log is a source of rows in memory.
type log []room.Row

func (l log) pick(q room.Archive) log {
	wanted := q.Statuses
	if len(wanted) == 0 {
		wanted = []comment.Status{comment.Shown}
	}
	return slices.DeleteFunc(slices.Clone(l), func(r room.Row) bool {
		return r.At.Before(q.From) || !r.At.Before(q.To) || !slices.Contains(wanted, r.Status) || r.Source == q.Without
	})
}

func (l log) Archive(_ context.Context, _ string, q room.Archive) iter.Seq2[room.Row, error] {
	return func(yield func(room.Row, error) bool) {
		for _, r := range l.pick(q) {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func (l log) CountArchive(_ context.Context, _ string, q room.Archive) (int, error) {
	return len(l.pick(q)), nil
}

// addComment adds a shown comment.
func (l *log) addComment(after time.Duration, user, text string) *room.Row {
	*l = append(*l, room.Row{Comment: comment.Comment{At: noon.Add(after), User: user, Text: text, Source: comment.FromAudience}, Status: comment.Shown})
	return &(*l)[len(*l)-1]
}

func reportOf(t *testing.T, l log) report.Report {
	t.Helper()
	slices.SortStableFunc(l, func(a, b room.Row) int { return a.At.Compare(b.At) })
	in := report.Input{Room: "live", Title: "The show", From: noon, To: noon.Add(24 * time.Hour), First: noon, End: noon.Add(24 * time.Hour), Stop: report.StopWords{"the": true}}
	r, err := report.Make(t.Context(), l, in, func(at time.Time) (time.Duration, bool) { return at.Sub(noon), true })
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func texts(counts []report.Count) string {
	var out []string
	for _, c := range counts {
		out = append(out, fmt.Sprintf("%s %d", c.Text, c.N))
	}
	return strings.Join(out, ", ")
}

// Refused, removed and replayed comments appear in a report only as two numbers.
func TestOnlyWhatWasShownCounts(t *testing.T) {
	var l log
	l.addComment(0, "ann", "hello").Name = "Ann"
	l.addComment(time.Second, "bob", "hello")
	for i, status := range []comment.Status{comment.Removed, comment.Refused, comment.Held} {
		for _, user := range []string{"cat", "dan"} {
			row := l.addComment(time.Duration(i)*time.Minute, user, "secret 💣")
			row.Status, row.Name = status, "Secret"
		}
	}
	for _, user := range []string{"eve", "fay"} {
		l.addComment(time.Hour, user, "secret again").Source = comment.FromReplay
	}
	r := reportOf(t, l)
	if r.Comments != 2 || r.People != 2 || r.Refused != 2 || r.Removed != 2 {
		t.Errorf("%d comments of %d people, %d refused, %d removed", r.Comments, r.People, r.Refused, r.Removed)
	}
	if all := fmt.Sprint(r); strings.Contains(strings.ToLower(all), "secret") || strings.Contains(all, "💣") {
		t.Errorf("the report contains comments that were not shown: %s", all)
	}
	if texts(r.Words) != "hello 2" || texts(r.Named) != "Ann 1" {
		t.Errorf("words %s, named %s", texts(r.Words), texts(r.Named))
	}
}

// The busiest minutes are found wherever they begin, apart from each other, in the order of
// time, with the topics that several people wrote about.
func TestPeaks(t *testing.T) {
	var l log
	for i := range 60 {
		l.addComment(time.Duration(i)*time.Minute, "ann", fmt.Sprintf("minute %d", i))
	}
	for i := range 12 {
		// From 40:50 on, across a minute of the clock.
		l.addComment(40*time.Minute+50*time.Second+time.Duration(i)*3*time.Second, fmt.Sprint("p", i), "GOAL")
		l.addComment(10*time.Minute+30*time.Second+time.Duration(i/2)*time.Second, fmt.Sprint("q", i%5), "草草草")
	}
	r := reportOf(t, l)
	if len(r.Peaks) != 2 {
		t.Fatalf("the peaks are %+v", r.Peaks)
	}
	early, late := r.Peaks[0], r.Peaks[1]
	if early.OffsetMS != 630_000 || early.Comments != 13 || !slices.Contains(early.Topics, "草草草") {
		t.Errorf("the first is %+v", early)
	}
	if late.OffsetMS != 2_450_000 || late.Comments != 13 || late.People != 13 || !slices.Contains(late.Topics, "goal") {
		t.Errorf("the second is %+v", late)
	}
	total := 0
	for _, n := range r.Curve {
		total += n
	}
	if total != r.Comments || r.StepMS != 60_000 {
		t.Errorf("the curve has %d of %d comments, by %d ms", total, r.Comments, r.StepMS)
	}
	if one := reportOf(t, log{l[0]}); len(one.Peaks) != 1 || len(reportOf(t, nil).Peaks) != 0 {
		t.Errorf("one comment has the peaks %+v", one.Peaks)
	}
}

// A word counts once for each person, without names, URLs, stop words and words by only one
// person; a part of a Chinese word that never occurs alone does not count.
func TestWordsAndEmoji(t *testing.T) {
	var l log
	for i, text := range []string{
		"The Boss fight! 🎉🎉", "boss boss BOSS @ann https://x.example/boss", "夏日祭典太美了 🎉", "今年的夏日祭典", "夏日祭典！", "ラーメン食べたい", "ラーメン！！", "666", "哈哈哈哈", "哈哈哈哈", "mika", "mika was here 👨‍👩‍👧",
	} {
		l.addComment(time.Duration(i)*time.Second, fmt.Sprint("p", i), text)
	}
	l.addComment(time.Minute, "p0", "mine mine").Name = "Mika"
	r := reportOf(t, l)
	if got, want := texts(r.Words), "夏日祭典 3, ラーメン 2, boss 2"; got != want {
		t.Errorf("the words are %s, want %s", got, want)
	}
	if got, want := texts(r.Emoji), "🎉 2"; got != want {
		t.Errorf("the emoji are %s, want %s", got, want)
	}
}
