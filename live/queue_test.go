package live

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/live/fanout"
	"danmaku/room"
)

// holding changes a queue as the journal does.
type holding struct {
	queue
	next comment.ID
}

// hold adds a comment with a text to the queue, and returns the error if it may not wait.
func (h *holding) hold(c claim, text string) error {
	h.next++
	if err := h.reserve(h.next, c); err != nil {
		return err
	}
	h.applyHeld(h.next, c.address, text)
	return nil
}

func (h *holding) applyHeld(id comment.ID, address, text string) {
	h.apply(fanout.Item{Event: room.Event{
		Kind: room.KindHeld, Seq: int64(id), Group: text, Comment: comment.Comment{ID: id, Text: text, User: fmt.Sprint("u", int64(id))}, Entry: room.Entry{Address: address, Rule: "words"},
	}})
}

// fill adds as many comments of different people as may wait, up to most, and returns their
// number.
func (h *holding) fill(most int, c func(i int) claim) (n int, err error) {
	for n < most {
		if err = h.hold(c(n), fmt.Sprint("text ", n)); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// The held comments of each person, each address and each wider network are bounded; much
// more tightly for strangers, since an address can make any number of them.
func TestReviewIsBounded(t *testing.T) {
	for _, tt := range []struct {
		name  string
		claim func(i int) claim
		want  int
		err   error
	}{
		{"one person", func(int) claim { return claim{user: "ann", networks: []string{"home"}} }, reviewPerPerson, errOwnWait},
		{"a venue whose room holds everything", func(i int) claim { return claim{user: fmt.Sprint(i), networks: []string{"hall"}} }, 500, errQueueFull},
		{"strangers of an address", func(i int) claim {
			return claim{user: fmt.Sprint(i), networks: []string{"flood"}, stranger: true}
		}, 50, errQueueFull},
		{"strangers of a /48", func(i int) claim {
			return claim{user: fmt.Sprint(i), networks: []string{fmt.Sprint("a /56 ", i%200), "the /48"}, stranger: true}
		}, 200, errQueueFull},
		{"people of a /48", func(i int) claim {
			return claim{user: fmt.Sprint(i), networks: []string{fmt.Sprint("a /56 ", i%200), "the /48"}}
		}, 2000, errQueueFull},
		{"a chat", func(int) claim { return claim{networks: []string{"chat 3"}} }, 500, errQueueFull},
		{"a program", func(int) claim { return claim{networks: []string{"sender 3"}, program: true} }, 2000, errQueueFull},
		{"everybody", func(i int) claim { return claim{user: fmt.Sprint(i), networks: []string{fmt.Sprint("home ", i)}} }, queueBound, errQueueFull},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var q holding
			n, err := q.fill(2*queueBound, tt.claim)
			if n != tt.want || !errors.Is(err, tt.err) || !errors.Is(err, room.ErrSlowDown) || room.Wait(err) <= 0 {
				t.Fatalf("%d wait, then %v; want %d, then %v", n, err, tt.want, tt.err)
			}
			if q.items[0].Event.Comment.ID != 1 {
				t.Error("the oldest is gone")
			}
			if tt.want == queueBound {
				return
			}
			if err := q.hold(claim{user: "zoe", networks: []string{"another", "another /48"}, stranger: true}, "hi"); err != nil {
				t.Errorf("another person at another address: %v", err)
			}
			decisions := []room.Event{
				{Kind: room.KindComment, From: comment.Held, Comment: comment.Comment{ID: 1}},
				{Kind: room.KindRefused, From: comment.Held, Comment: comment.Comment{ID: 2}},
				{Kind: room.KindRemove, IDs: []comment.ID{3, 4}},
			}
			for _, e := range decisions {
				q.apply(fanout.Item{Event: e})
			}
			q.take(func(c comment.Comment) bool { return c.ID == 5 })
			again := 0
			for i := range 10 {
				// by the first five, whose places are free
				if q.hold(tt.claim(i%5), "more") == nil {
					again++
				}
			}
			if again != 5 {
				t.Errorf("after five decisions %d more may wait", again)
			}
			if len(q.claims) != len(q.items) || len(q.coming) != 0 {
				t.Errorf("%d claims and %d on their way, %d wait", len(q.claims), len(q.coming), len(q.items))
			}
		})
	}
}

// A person whose comment was shown before still finds a place when strangers behind the
// same address have used up theirs.
func TestUntrustedAuthorsLeaveReviewPlacesToOthers(t *testing.T) {
	var q holding
	if _, err := q.fill(1000, func(i int) claim {
		return claim{user: fmt.Sprint(i), networks: []string{"school"}, stranger: true}
	}); err == nil {
		t.Fatal("strangers are not bounded")
	}
	if err := q.hold(claim{user: "ann", networks: []string{"school"}}, "hi"); err != nil {
		t.Errorf("a regular: %v", err)
	}
}

// A reserved place counts, and is free again when the comment was not held. Comments that
// waited before a restart count by the address in the log, and by person.
func TestReviewCountsPendingAndEarlierComments(t *testing.T) {
	var q holding
	for i := range comment.ID(20) {
		q.applyHeld(1000+i, "flood's", "before")
	}
	stranger := func(network, address string) claim {
		return claim{networks: []string{network}, address: address, stranger: true}
	}
	n := 0
	for n < 1000 && q.reserve(comment.ID(n+1), stranger("flood", "flood's")) == nil {
		n++
	}
	if n != strangersHeld[0]-20 {
		t.Errorf("in addition to 20 earlier ones, %d places are reserved, want %d", n, strangersHeld[0]-20)
	}
	q.release(1)
	q.release(1001) // it waits, and stays
	if q.reserve(1, stranger("flood", "flood's")) != nil || q.reserve(2000, stranger("flood", "flood's")) == nil {
		t.Error("a place that was released is not one more")
	}
	if err := q.reserve(2000, stranger("home", "home's")); err != nil {
		t.Errorf("another address has no place: %v", err)
	}
	q.applyHeld(3000, "ann's", "one")
	for i := range comment.ID(reviewPerPerson) {
		err := q.reserve(4000+i, claim{user: "u3000", networks: []string{"ann"}, address: "ann's"})
		if (err != nil) != (i == reviewPerPerson-1) {
			t.Errorf("comment %d of somebody with one from before: %v", i, err)
		}
	}
}

// A console starts from the oldest comments, and from some of each group, and learns how
// many there are; each event carries how many are left.
func TestAFloodTakesFewPlacesOfAConsole(t *testing.T) {
	var q holding
	for i := range comment.ID(300) {
		text := "flood"
		if i%10 == 9 {
			text = fmt.Sprint("honest ", int64(i))
		}
		q.applyHeld(i+1, "", text)
	}
	items, more := q.page("", 0, queueHello)
	if more || len(items) != groupHello+30 || items[0].Event.Seq != 1 || !slices.IsSortedFunc(items, func(a, b fanout.Item) int { return int(a.Event.Seq - b.Event.Seq) }) {
		t.Errorf("%d items, more %t", len(items), more)
	}
	for limit, flood := range map[int]int{40: 20, 50: 20, 60: 30, 300: 270, 500: 270} {
		listed := q.oldest(limit)
		n := 0
		for _, it := range listed {
			if it.Event.Group == "flood" {
				n++
			}
		}
		if len(listed) != min(limit, 300) || n != flood && limit > 40 || !slices.IsSortedFunc(listed, func(a, b fanout.Item) int { return int(a.Event.Seq - b.Event.Seq) }) {
			t.Errorf("of %d places a flood takes %d of %d, want %d", limit, n, len(listed), flood)
		}
	}
	if got := q.countsOf(items)[0]; got != (room.GroupCount{Group: "flood", Count: 270}) {
		t.Errorf("the first group is %+v", got)
	}
	first, more := q.page("", 0, 10)
	second, _ := q.page("", first[9].Event.Seq, 500)
	if !more || len(first)+len(second) != len(items) {
		t.Errorf("pages of %d and %d", len(first), len(second))
	}
	if whole, _ := q.page("flood", 0, 500); len(whole) != 270 {
		t.Errorf("the group has %d", len(whole))
	}
	for _, tt := range []struct {
		event room.Event
		want  int
	}{
		{room.Event{Kind: room.KindHeld, Group: "flood", Comment: comment.Comment{ID: 999}}, 271},
		{room.Event{Kind: room.KindRefused, From: comment.Held, Group: "flood", Comment: comment.Comment{ID: 1}}, 270},
		{room.Event{Kind: room.KindComment, From: comment.Held, Group: "honest 9", Comment: comment.Comment{ID: 10}}, 0},
	} {
		q.count(&tt.event)
		if tt.event.Waiting != tt.want {
			t.Errorf("%s of %s: %d are left, want %d", tt.event.Kind, tt.event.Group, tt.event.Waiting, tt.want)
		}
		q.apply(fanout.Item{Event: tt.event})
	}
	down := room.Event{Kind: room.KindRemove, IDs: []comment.ID{2, 3, 20, 5000}}
	q.count(&down)
	if !slices.Equal(down.Groups, []room.GroupCount{{Group: "flood", Count: 268}, {Group: "honest 19", Count: 0}}) {
		t.Errorf("after a removal: %+v", down.Groups)
	}
}

// Memory answers a moderator who was slower with the decisions of the last minute about
// that group, and with nothing else that happened.
func TestRecentDecisions(t *testing.T) {
	svc, _ := newFakeLogService(t)
	r := svc.rooms["live"]
	seq := int64(0)
	happens := func(ago time.Duration, kind room.Kind, from comment.Status, group string) {
		seq++
		r.apply(plainEncoder{}, room.Event{Seq: seq, Kind: kind, At: noon.Add(-ago), From: from, Group: group, By: "Mo", Comment: comment.Comment{ID: comment.ID(seq)}})
	}
	happens(time.Minute, room.KindComment, comment.Held, "lemons")
	happens(59*time.Second, room.KindComment, comment.Held, "lemons")
	happens(50*time.Second, room.KindRefused, comment.Held, "lemons")
	happens(40*time.Second, room.KindComment, comment.Refused, "lemons") // an undone refusal
	happens(30*time.Second, room.KindHeld, "", "lemons")
	happens(20*time.Second, room.KindComment, comment.Held, "plums")
	happens(10*time.Second, room.KindComment, "", "")
	happens(5*time.Second, room.KindComment, comment.Held, "")
	happens(time.Second, room.KindHeld, "", "")
	want := []Decision{{ID: 3, Status: comment.Refused, By: "Mo", Again: true}, {ID: 2, Status: comment.Shown, By: "Mo", Again: true}}
	if got := r.decidedLately("lemons", noon); !slices.Equal(got, want) {
		t.Errorf("decided lately: %+v, want %+v", got, want)
	}
	if got := r.decidedLately("", noon); len(got) > 0 {
		t.Errorf("no group was decided as %+v", got)
	}
	if got, err := svc.DecideGroup(t.Context(), "live", boss, "", room.ActionApprove, 0); !errors.Is(err, room.ErrNotFound) {
		t.Errorf("no group is decided: %+v, %v", got, err)
	}
}
