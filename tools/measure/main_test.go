package main

import (
	"strings"
	"testing"
)

// The line comes before the command's output, and the exit code is the command's.
func TestMeasure(t *testing.T) {
	var out, errs strings.Builder
	if code := run(t.Context(), []string{"go", "env", "GOOS"}, &out, &errs); code != 0 || errs.Len() > 0 {
		t.Fatalf("it ends with %d: %s", code, &errs)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 3 || !strings.Contains(lines[0], "`go env GOOS`; commit ") || lines[2] == "" {
		t.Errorf("it writes %q", lines)
	}
	if code := run(t.Context(), []string{"go", "no-such-command"}, &out, &errs); code != 2 {
		t.Errorf("a command that fails ends with %d", code)
	}
	if code := run(t.Context(), nil, &out, &errs); code != 2 {
		t.Errorf("without a command it ends with %d", code)
	}
}
