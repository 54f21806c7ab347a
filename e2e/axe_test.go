package e2e

import (
	"os"
	"strconv"
	"testing"

	"danmaku/e2e/browser"
)

// axe is axe-core's source. Without it a test is skipped, or fails if CI is
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

// checkAxe fails the test for every fault of a page that axe calls moderate or worse. It
// leaves out the colors if a test has checked them in another language: measuring them
// takes longer than everything else.
func checkAxe(t *testing.T, page *browser.Page, source, what string, colors bool) {
	t.Helper()
	runAxe(t, page, source, what, `rules: { "color-contrast": { enabled: `+strconv.FormatBool(colors)+` } }`)
}

// checkColors is checkAxe for the colors alone, for pages whose other rules a test has
// checked in another theme.
func checkColors(t *testing.T, page *browser.Page, source, what string) {
	t.Helper()
	runAxe(t, page, source, what, `runOnly: ["color-contrast"]`)
}

func runAxe(t *testing.T, page *browser.Page, source, what, rules string) {
	t.Helper()
	if !browser.Value[bool](page, `"axe" in window`) {
		page.Eval(source + `;0`)
	}
	found := browser.Value[[]struct {
		ID, Impact, Help string
		Nodes            []struct{ HTML, FailureSummary string }
	}](page, `axe.run(document, { resultTypes: ["violations"], `+rules+` }).then((r) => r.violations.filter((v) => ["serious", "critical", "moderate"].includes(v.impact)))`)
	for _, v := range found {
		t.Errorf("%s: %s %s (%s): %+v", what, v.Impact, v.ID, v.Help, v.Nodes)
	}
}
