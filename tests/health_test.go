package tests

import (
	"strings"
	"testing"
)

// A health check asks the server of the data folder, not another one that happens to listen.
func TestHealth(t *testing.T) {
	dir := t.TempDir()
	for _, state := range []string{"before the first start", "after it ended"} {
		code, out, errs, _ := startSecond(t, &program{data: dir}, false, "health")
		if code != exitFailed || out != "" || !strings.Contains(errs, "no running danmaku answers") {
			t.Errorf("%s: ended with %d, %q: %s", state, code, out, errs)
		}
		if state != "before the first start" {
			break
		}
		p := start(t, dir)
		if code, out, errs, _ := startSecond(t, p, false, "health"); code != exitDone || out != "ready\n" || errs != "" {
			t.Errorf("while it runs: ended with %d, %q: %s", code, out, errs)
		}
		p.stop()
	}
}
