package live

import (
	"errors"
	"testing"
	"time"

	"danmaku/comment"
)

// A mute or ban of any length holds to its last moment and ends by itself; the
// longest of several counts, and one for ever does not end.
func TestBansEndByThemselves(t *testing.T) {
	noon := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	lengths := []time.Duration{10 * time.Second, time.Minute, 5 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, 24 * time.Hour, 0}
	for _, kind := range []comment.BanKind{comment.Mute, comment.FullBan} {
		for _, length := range lengths {
			var b bans
			ban := comment.Ban{ID: 1, Room: "live", User: "ann", Kind: kind, At: noon}
			if length > 0 {
				ban.Until = noon.Add(length)
			}
			b.set([]comment.Ban{ban, {ID: 2, Room: "live", User: "ann", Kind: comment.Mute, Until: noon.Add(time.Second)}}, noon)
			want := map[comment.BanKind]error{comment.Mute: comment.ErrMuted, comment.FullBan: comment.ErrBanned}[kind]
			last, end := noon.Add(length-1), noon.Add(length)
			if length == 0 {
				last, end = noon.AddDate(100, 0, 0), Forever
			}
			err := b.refuse("live", "ann", "", last)
			if !errors.Is(err, want) || kind == comment.Mute && length > 0 && comment.Wait(err) != 1 {
				t.Errorf("%s of %v in its last moment: %v, wait %v", kind, length, err, comment.Wait(err))
			}
			if length == 0 {
				if got := b.mutedUntil("live", "ann", "", last); !got.Equal(Forever) {
					t.Errorf("%s for ever ends %v", kind, got)
				}
				continue
			}
			if err := b.refuse("live", "ann", "", end); err != nil {
				t.Errorf("%s of %v after its end: %v", kind, length, err)
			}
			if left := b.list("live", end); len(left) != 0 {
				t.Errorf("%s of %v is still listed: %+v", kind, length, left)
			}
			for _, other := range []string{"bob", ""} {
				if err := b.refuse("live", other, "", noon); err != nil {
					t.Errorf("%q: %v", other, err)
				}
			}
			if err := b.refuse("other", "ann", "", noon); err != nil {
				t.Errorf("in another room: %v", err)
			}
		}
	}
}
