package e2e

import (
	"os"
	"testing"

	"danmaku/e2e/browser"
)

// axe is axe-core's source. Without it a test is skipped, or fails when CI is
// "true".
func axe(t *testing.T) string {
	t.Helper()
	source, err := os.ReadFile("../node_modules/axe-core/axe.min.js")
	if err == nil {
		return string(source)
	}
	if os.Getenv("CI") == "true" {
		t.Fatal(err)
	}
	t.Skip("axe is not installed: run npm ci")
	return ""
}

// checkAxe fails the test for all that axe calls moderate or worse on a page.
func checkAxe(t *testing.T, page *browser.Page, source, what string) {
	t.Helper()
	page.Eval(source + `;0`)
	found := browser.Value[[]struct {
		ID, Impact, Help string
		Nodes            []struct{ HTML, FailureSummary string }
	}](page, `axe.run(document, { resultTypes: ["violations"] }).then((r) => r.violations.filter((v) => ["serious", "critical", "moderate"].includes(v.impact)))`)
	for _, v := range found {
		t.Errorf("%s: %s %s (%s): %+v", what, v.Impact, v.ID, v.Help, v.Nodes)
	}
}
