package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"danmaku/report"
	"danmaku/room"
)

// The kinds of file in which a report is written.
const (
	ReportJSON     = "json"
	ReportCSV      = "csv"
	ReportMarkdown = "md"
	ReportChapters = "chapters" // a list for the description of a video
)

// ReportFormats lists the formats.
var ReportFormats = []string{ReportJSON, ReportCSV, ReportMarkdown, ReportChapters}

// WriteReport writes a report as a file in a language of the pages, or in English for an
// unknown one. If marked, CSV begins with a byte order mark. Errors: room.ErrInvalid with an
// explanation for an unknown format.
func WriteReport(r report.Report, format, lang string, marked bool) (file []byte, mediaType, suffix string, err error) {
	words, known := reportTexts[lang]
	if !known {
		words = reportTexts["en"]
	}
	switch format {
	case ReportJSON:
		file, err = json.Marshal(r)
		return file, "application/json", ".json", err
	case ReportCSV:
		file, err = reportTable(r, marked)
		return file, CSV.MediaType(), CSV.Suffix(), err
	case ReportMarkdown:
		return reportMarkdown(r, words), "text/markdown; charset=utf-8", ".md", nil
	case ReportChapters:
		return []byte(reportChapters(r, words)), "text/plain; charset=utf-8", "-chapters.txt", nil
	}
	return nil, "", "", room.Explain(room.ErrInvalid, "format %.20q: use %s", format, strings.Join(ReportFormats, ", "))
}

// reportTable has a line for each number of a report; it begins with the number's section.
func reportTable(r report.Report, marked bool) ([]byte, error) {
	l := newLines(CSV, marked, "part", "at", "offset", "text", "detail", "n", "people")
	line := func(part, at, offset, text, detail string, n, people int) {
		who := ""
		if people > 0 {
			who = strconv.Itoa(people)
		}
		l.add(nil, part, at, offset, cell(text), cell(detail), strconv.Itoa(n), who)
	}
	stamp := func(ms int64) string { return stampOf(time.UnixMilli(ms)) }
	line("total", "", "", "comments", "", r.Comments, r.People)
	line("total", "", "", "refused", "", r.Refused, 0)
	line("total", "", "", "removed", "", r.Removed, 0)
	for _, p := range r.Peaks {
		offset := ""
		if !p.Outside {
			offset = playerTime(p.OffsetMS)
		}
		line("peak", stamp(p.At), offset, strings.Join(p.Topics, " · "), "", p.Comments, p.People)
	}
	for i, n := range r.Curve {
		line("curve", stamp(r.From+int64(i)*r.StepMS), "", "", "", n, 0)
	}
	for _, part := range []struct {
		name   string
		counts []report.Count
	}{{"word", r.Words}, {"emoji", r.Emoji}, {"reaction", r.Reacted}, {"person", r.Named}, {"source", r.Sources}} {
		for _, c := range part.counts {
			line(part.name, "", "", c.Text, "", c.N, 0)
		}
	}
	for _, p := range r.Polls {
		for _, o := range p.Options {
			line("poll", "", "", p.Question, o.Text, o.N, p.People)
		}
	}
	for _, q := range r.Asked {
		line("question", "", "", q.Text, q.Name, q.Votes, 0)
	}
	for _, m := range r.Staff {
		for _, g := range groupsOf(m) {
			line("moderator", "", "", m.By, g.name, g.n, 0)
		}
	}
	return l.file()
}

// actGroup is how often a moderator did things of one group.
type actGroup struct {
	name string
	n    int
}

// groupsOf returns the groups of a moderator's actions, without the empty ones.
func groupsOf(m report.Moderator) []actGroup {
	all := []actGroup{{"decided", m.Decided}, {"taken_down", m.Taken}, {"barred", m.Barred}, {"shown", m.Shown}, {"other", m.Other}}
	return slices.DeleteFunc(all, func(g actGroup) bool { return g.n == 0 })
}

// chapterLeast is the shortest chapter that YouTube accepts.
const chapterLeast = 10 * time.Second

// reportChapters formats the peaks as a list for the description of a video: the first chapter
// begins at zero, as YouTube requires, and no two are closer than it allows.
func reportChapters(r report.Report, words reportText) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", playerTime(0), words.start)
	last := int64(0)
	for _, p := range r.Peaks {
		if p.Outside || p.OffsetMS < last+chapterLeast.Milliseconds() {
			continue
		}
		last = p.OffsetMS
		fmt.Fprintf(&b, "%s %s\n", playerTime(p.OffsetMS), chapterTitle(p, words))
	}
	return b.String()
}

// chapterTitle describes a peak. YouTube does not accept angle brackets.
func chapterTitle(p report.Peak, words reportText) string {
	topics := strings.Map(func(r rune) rune {
		if r == '<' || r == '>' {
			return -1
		}
		return r
	}, legalText(strings.Join(p.Topics, " · ")))
	if strings.TrimSpace(topics) == "" {
		return fmt.Sprintf(words.comments, p.Comments)
	}
	return topics
}

// playerTime formats an offset as players do: 2:03, 1:02:03. An offset before the beginning
// has a sign.
func playerTime(ms int64) string {
	sign, s := "", ms/1000
	if ms < 0 {
		sign, s = "-", -ms/1000
	}
	if s < 3600 {
		return fmt.Sprintf("%s%d:%02d", sign, s/60, s%60)
	}
	return fmt.Sprintf("%s%d:%02d:%02d", sign, s/3600, s/60%60, s%60)
}

// plainMark keeps a text from being taken for Markdown or HTML.
var plainMark = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "&", "&amp;",
	"#", `\#`, "|", `\|`, "~", `\~`, "!", `\!`)

func plain(s string) string { return plainMark.Replace(legalText(s)) }

// reportMarkdown formats a report for reading and sharing. It omits empty sections.
func reportMarkdown(r report.Report, w reportText) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s\n\n", plain(r.Title))
	if r.Comments == 0 {
		fmt.Fprintf(&b, "%s\n", w.nothing)
		return b.Bytes()
	}
	at := func(ms int64) string { return time.UnixMilli(ms).UTC().Format("2006-01-02 15:04") }
	fmt.Fprintf(&b, "%s – %s UTC\n\n", at(r.From), at(r.To))
	fmt.Fprintf(&b, "- "+w.comments+"\n- "+w.people+"\n- "+w.notShown+"\n", r.Comments, r.People, r.Refused, r.Removed)
	head := func(title string, columns ...string) {
		fmt.Fprintf(&b, "\n## %s\n\n", title)
		if len(columns) > 0 {
			fmt.Fprintf(&b, "| %s |\n|%s\n", strings.Join(columns, " | "), strings.Repeat("---|", len(columns)))
		}
	}
	if len(r.Peaks) > 0 {
		head(w.peaks, w.offset, w.count, w.topics)
	}
	for _, p := range r.Peaks {
		offset := "–"
		if !p.Outside {
			offset = playerTime(p.OffsetMS)
		}
		fmt.Fprintf(&b, "| %s | %d | %s |\n", offset, p.Comments, plain(strings.Join(p.Topics, " · ")))
	}
	list := func(title string, counts []report.Count) {
		if len(counts) == 0 {
			return
		}
		head(title)
		parts := make([]string, len(counts))
		for i, c := range counts {
			parts[i] = fmt.Sprintf("%s ×%d", plain(c.Text), c.N)
		}
		fmt.Fprintf(&b, "%s\n", strings.Join(parts, " · "))
	}
	list(w.words, r.Words)
	list(w.emoji, r.Emoji)
	list(w.reactions, r.Reacted)
	list(w.named, r.Named)
	for _, p := range r.Polls {
		head(w.poll+plain(p.Question), w.option, w.votes)
		for _, o := range p.Options {
			fmt.Fprintf(&b, "| %s | %d |\n", plain(o.Text), o.N)
		}
	}
	if len(r.Asked) > 0 {
		head(w.questions)
	}
	for _, q := range r.Asked {
		done := " "
		if q.Answered {
			done = "x"
		}
		name := ""
		if q.Name != "" {
			name = " – " + plain(q.Name)
		}
		fmt.Fprintf(&b, "- [%s] %s%s (%d)\n", done, plain(q.Text), name, q.Votes)
	}
	if len(r.Staff) > 0 {
		head(w.moderators, w.who, w.decided, w.taken, w.barred, w.shown, w.other)
	}
	for _, m := range r.Staff {
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %d |\n", plain(m.By), m.Decided, m.Taken, m.Barred, m.Shown, m.Other)
	}
	return b.Bytes()
}
