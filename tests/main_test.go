package tests

import (
	"os/exec"
	"strings"
	"testing"
)

// TestTheBuiltProgram runs the binary: it contains the pages, and its exit code and outputs
// are those of the command.
func TestTheBuiltProgram(t *testing.T) {
	p, _ := child(t, t.TempDir())
	if status, page := p.browser().do("GET", "/r/live", nil, nil); status != 200 || !strings.Contains(page, "<form") {
		t.Errorf("the audience's page answers %d:\n%s", status, page)
	}
	binary, err := builtOnce()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary, "nonsense")
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); cmd.ProcessState.ExitCode() != exitUsage || out.Len() > 0 || !strings.Contains(errs.String(), "is not a command") {
		t.Errorf("%v: %q %q", err, out.String(), errs.String())
	}
}
