// Package report sums up a finished show: how many people wrote, when most was written,
// which words and emoji people shared, and the results of polls and questions. It reads
// only what was shown and still is, so refused and removed comments are in no report.
package report

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"slices"
	"time"

	"danmaku/comment"
	"danmaku/room"
	"danmaku/show"
)

// Longest is the longest time that one report covers.
const Longest = 31 * 24 * time.Hour

// Bounds of the lists of a report.
const (
	mostPeaks  = 8
	mostWords  = 30
	mostEmoji  = 12
	mostPeople = 10
	maxTopics  = 3    // words of one peak
	mostSteps  = 1440 // of the curve
)

// Report is the summary of a show. Times are milliseconds since 1970.
type Report struct {
	Room     string          `json:"room"`
	Title    string          `json:"title"`
	From     int64           `json:"from"` // the first comment; 0 for a room without a show
	To       int64           `json:"to"`   // the last one
	Zero     int64           `json:"zero"` // how the beginning of the recording was determined
	ZeroIs   Zero            `json:"zero_is,omitempty"`
	Comments int             `json:"comments"`
	People   int             `json:"people"`  // authors
	Refused  int             `json:"refused"` // comments that were not shown
	Removed  int             `json:"removed"` // comments that were taken down
	Sources  []Count         `json:"sources"` // origins of comments
	StepMS   int64           `json:"step_ms"`
	Curve    []int           `json:"curve"` // comments in each step, from From on
	Peaks    []Peak          `json:"peaks"` // in the order of time
	Words    []Count         `json:"words"` // by number of authors
	Emoji    []Count         `json:"emoji"`
	Reacted  []Count         `json:"reactions"` // taps
	Named    []Count         `json:"named"`     // the most active authors who showed a name
	Polls    []Poll          `json:"polls"`
	Asked    []AskedQuestion `json:"questions"`
	Staff    []Moderator     `json:"moderators"`
}

// Zero says how the beginning of the recording was determined.
type Zero string

// The values of Zero.
const (
	ZeroRecording Zero = "recording" // OBS reported it
	ZeroFirst     Zero = "first"     // the first comment
	ZeroTime      Zero = "time"      // somebody set it
)

// Count is a text and how often it occurred, or how many people wrote it.
type Count struct {
	Text string `json:"text"`
	N    int    `json:"n"`
}

// Peak is a minute with many comments.
type Peak struct {
	At       int64    `json:"at"`
	OffsetMS int64    `json:"offset_ms"`         // in the recording
	Outside  bool     `json:"outside,omitempty"` // the recording did not run then
	Comments int      `json:"comments"`
	People   int      `json:"people"`
	Topics   []string `json:"said"` // texts that several people wrote
}

// Poll is a poll of the show.
type Poll struct {
	Question string  `json:"question"`
	Options  []Count `json:"options"`
	People   int     `json:"people"`
}

// AskedQuestion is a question that everybody could see.
type AskedQuestion struct {
	List     string `json:"list"`
	Text     string `json:"text"`
	Name     string `json:"name,omitempty"`
	Votes    int    `json:"votes"`
	Answered bool   `json:"answered,omitempty"`
}

// Moderator counts the actions of somebody who runs the room.
type Moderator struct {
	By      string    `json:"by"`
	Role    room.Role `json:"role"`
	Decided int       `json:"decided"`    // approved and refused
	Taken   int       `json:"taken_down"` // comments, all of a person's, the screens
	Barred  int       `json:"barred"`     // muted and banned
	Shown   int       `json:"shown"`      // pins, cards, polls, questions
	Other   int       `json:"other"`
}

// Source reads the rows of a room that a query selects, in the order of their time.
type Source interface {
	Archive(ctx context.Context, roomID string, q room.Archive) iter.Seq2[room.Row, error]
	CountArchive(ctx context.Context, roomID string, q room.Archive) (int, error)
}

// Clock returns the position in the recording at a moment, and whether it ran then. Call it
// with ordered moments.
type Clock func(at time.Time) (offset time.Duration, running bool)

// Input is the data for a report.
type Input struct {
	Room, Title string
	From, To    time.Time // of the comments; To is exclusive
	First, End  time.Time // of the whole show, including comments that were not shown
	Stop        StopWords
	Items       []show.Item
	Lists       []show.QuestionList
	Reactions   []room.ReactionMinute
	Actions     []room.ActionCount
}

// Of sums up everything except comments: the whole report of a room without comments.
func Of(in Input) Report {
	return Report{
		Room: in.Room, Title: in.Title, Sources: []Count{}, Curve: []int{}, Peaks: []Peak{}, Words: []Count{}, Emoji: []Count{}, Named: []Count{},
		Reacted: ranked(taps(in.Reactions), 1, room.MaxReactions), Polls: pollsOf(in.Items), Asked: askedIn(in.Lists), Staff: staffOf(in.Actions),
	}
}

// Make reads the comments of a time range and sums them up. clock places the peaks.
func Make(ctx context.Context, from Source, in Input, clock Clock) (Report, error) {
	q := room.Archive{From: in.From, To: in.To, Without: comment.FromReplay}
	r := Of(in)
	people := newWriters()
	words, emoji := newTally(), newTally()
	sources := map[string]int{}
	var times []int64
	for row, err := range from.Archive(ctx, in.Room, q) {
		if err != nil {
			return Report{}, err
		}
		at := row.At.UnixMilli()
		times = append(times, at)
		who := people.met(row)
		sources[string(row.Source)]++
		for _, word := range wordsOf(row.Comment, in.Stop) {
			words.add(word, who)
		}
		for _, sign := range emojiOf(row.Text) {
			emoji.add(sign, who)
		}
	}
	var err error
	around := q
	around.From, around.To = in.First, in.End
	if r.Refused, err = from.CountArchive(ctx, in.Room, with(around, comment.Refused)); err != nil {
		return Report{}, err
	}
	if r.Removed, err = from.CountArchive(ctx, in.Room, with(around, comment.Removed)); err != nil {
		return Report{}, err
	}
	r.Comments, r.People = len(times), people.count()
	r.Sources, r.Named = ranked(sources, 1, len(sources)), people.named(mostPeople)
	r.Words, r.Emoji = words.top(mostWords, people.names()), emoji.top(mostEmoji, nil)
	if len(times) > 0 {
		r.From, r.To = times[0], times[len(times)-1]
		r.StepMS, r.Curve = curveOf(times)
		for _, p := range peaksOf(times) {
			if err := r.addPeak(ctx, from, q, p, in.Stop, people.names(), clock); err != nil {
				return Report{}, err
			}
		}
	}
	return r, nil
}

// with returns the query for comments of another status.
func with(q room.Archive, st comment.Status) room.Archive {
	q.Statuses = []comment.Status{st}
	return q
}

// addPeak reads a peak's minute again, to find its topics.
func (r *Report) addPeak(ctx context.Context, from Source, q room.Archive, p window, stop StopWords, names map[string]bool, clock Clock) error {
	q.From = time.UnixMilli(p.at)
	q.To = q.From.Add(peakLength)
	people, whole, words := newWriters(), newTally(), newTally()
	for row, err := range from.Archive(ctx, r.Room, q) {
		if err != nil {
			return err
		}
		who := people.met(row)
		if text := short(row.Comment); text != "" {
			whole.add(text, who)
		}
		for _, word := range wordsOf(row.Comment, stop) {
			words.add(word, who)
		}
	}
	topics := whole.top(maxTopics, names)
	for _, word := range words.top(maxTopics, names) {
		if len(topics) < maxTopics && !slices.ContainsFunc(topics, func(c Count) bool { return holds(c.Text, word.Text) }) {
			topics = append(topics, word)
		}
	}
	offset, running := clock(q.From)
	peak := Peak{At: p.at, OffsetMS: offset.Milliseconds(), Outside: !running, Comments: p.n, People: people.count(), Topics: []string{}}
	for _, c := range topics {
		peak.Topics = append(peak.Topics, c.Text)
	}
	r.Peaks = append(r.Peaks, peak)
	return nil
}

// taps adds up reactions.
func taps(minutes []room.ReactionMinute) map[string]int {
	sums := map[string]int{}
	for _, m := range minutes {
		for emoji, n := range m.Counts {
			sums[emoji] += n
		}
	}
	return sums
}

// ranked returns counts of at least least, the highest first, equal ones by their text.
func ranked(counts map[string]int, least, most int) []Count {
	out := []Count{}
	for _, text := range slices.Sorted(maps.Keys(counts)) {
		if counts[text] >= least {
			out = append(out, Count{text, counts[text]})
		}
	}
	slices.SortStableFunc(out, func(a, b Count) int { return cmp.Compare(b.N, a.N) })
	return out[:min(len(out), most)]
}
