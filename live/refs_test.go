package live

import (
	"fmt"
	"testing"
	"time"

	"danmaku/comment"
)

func TestRefsAreBoundedAndForgotten(t *testing.T) {
	r := newRefs()
	at := time.Hour
	r.put(refKey{"live", "u", "first"}, Outcome{Status: comment.Held}, at)
	if o, ok := r.get(refKey{"live", "u", "first"}, at); !ok || o.Status != comment.Held {
		t.Fatalf("got %v, %v", o, ok)
	}
	if _, ok := r.get(refKey{"live", "somebody else", "first"}, at); ok {
		t.Error("a ref belongs to its author")
	}
	for i := range 3 * refBound {
		r.put(refKey{"live", "u", fmt.Sprint(i)}, Outcome{}, at)
	}
	if n := r.outcomes.Len(); n > 2*refBound {
		t.Errorf("%d refs are kept", n)
	}
	r.put(refKey{"live", "u", "a"}, Outcome{}, at+time.Hour)
	r.put(refKey{"live", "u", "b"}, Outcome{}, at+2*time.Hour)
	r.put(refKey{"live", "u", "c"}, Outcome{}, at+3*time.Hour)
	if _, ok := r.get(refKey{"live", "u", "a"}, at+3*time.Hour); ok {
		t.Error("a ref of two hours ago is still known")
	}
	r.expire(at + 3*time.Hour + refAge/2)
	if r.outcomes.Len() == 0 {
		t.Error("a ref of five minutes ago is forgotten")
	}
	for range 2 { // no new refs arrive
		at += 4 * time.Hour
		r.expire(at)
	}
	if n := r.outcomes.Len(); n != 0 {
		t.Errorf("%d refs are kept while nobody sends", n)
	}
}
