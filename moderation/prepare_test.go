package moderation_test

import (
	"os"
	"os/exec"
	"runtime"
	"testing"

	"danmaku/comment"
	"danmaku/moderation"
	"danmaku/room"
)

// After Prepare the first text builds no tables. This needs its own process, because other
// tests have built them in this one.
func TestPrepare(t *testing.T) {
	const own = "DANMAKU_TEST_PREPARE"
	if os.Getenv(own) == "" {
		cmd := exec.Command(os.Args[0], "-test.run=^TestPrepare$")
		cmd.Env = append(os.Environ(), own+"=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	allocated := func(do func()) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		do()
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	filter := moderation.New(moderation.Options{})
	filter.Prepare()
	// The tables for Chinese are 109 KB. Below that, the race detector makes regular expressions
	// allocate anew what they otherwise reuse.
	const tables = 100 << 10
	for _, text := range []string{"what a show", "今天的直播真好看", "とても楽しい配信です", "정말 재미있는 방송이에요", "p i c k a p o t a t o"} {
		if first := allocated(func() { filter.Check(comment.Draft{Text: text}, room.New("live")) }); first > tables {
			t.Errorf("%q takes %d bytes", text, first)
		}
	}
}
