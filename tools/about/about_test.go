package about_test

import (
	"regexp"
	"testing"

	"danmaku/tools/about"
)

func TestLine(t *testing.T) {
	line := about.Line(t.Context(), "flood", []string{"bench", "-only", "rooms"})
	want := regexp.MustCompile("^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC: \\d+ cores of .+, .+, go1\\..+; `flood bench -only rooms`; commit \\S+$")
	if !want.MatchString(line) {
		t.Errorf("it says %q", line)
	}
}
