package export_test

import (
	"strings"
	"testing"

	"danmaku/export"
	"danmaku/report"
)

// A list of chapters begins at zero and has no two chapters closer than YouTube allows, and no
// minute in which the recording did not run.
func TestChapters(t *testing.T) {
	r := report.Report{Comments: 9, Peaks: []report.Peak{
		{OffsetMS: -60_000, Outside: true, Topics: []string{"too early"}}, {OffsetMS: 5_000, Topics: []string{"at once"}}, {OffsetMS: 62_000, Topics: []string{"a <b>", "goal"}},
		{OffsetMS: 71_000, Topics: []string{"too close"}}, {OffsetMS: 3_723_000, Comments: 57}, {OffsetMS: 3_800_000, Outside: true, Topics: []string{"in a pause"}},
	}}
	file, _, _, err := export.WriteReport(r, export.ReportChapters, "en", false)
	if want := "0:00 Start\n1:02 a b · goal\n1:02:03 Comments: 57\n"; err != nil || string(file) != want {
		t.Errorf("%q, %v, want %q", file, err, want)
	}
}

// Comments appear in Markdown and in a spreadsheet as plain text, whatever they look like.
func TestReportHasTextAlone(t *testing.T) {
	nasty := "=1+1 | <script> [x](http://y)\n# *z*"
	r := report.Report{
		Title: nasty, Comments: 1, Words: []report.Count{{Text: nasty, N: 2}}, Polls: []report.Poll{{Question: nasty, Options: []report.Count{{Text: nasty}}}},
		Asked: []report.AskedQuestion{{Text: nasty, Name: nasty}}, Peaks: []report.Peak{{Topics: []string{nasty}}}, Staff: []report.Moderator{{By: nasty, Other: 1}},
	}
	md, _, _, err := export.WriteReport(r, export.ReportMarkdown, "en", false)
	if err != nil {
		t.Fatal(err)
	}
	const want = `=1+1 \| &lt;script&gt; \[x\](http://y) \# \*z\*`
	if got := strings.Count(string(md), want); got != 8 {
		t.Errorf("the text appears %d times, want 8:\n%s", got, md)
	}
	table, _, _, err := export.WriteReport(r, export.ReportCSV, "en", false)
	if err != nil || strings.Contains(string(table), ",=1+1") || strings.Contains(string(table), `,"=1+1`) {
		t.Errorf("%v, the table is\n%s", err, table)
	}
}
