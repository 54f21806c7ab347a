package config

import (
	"fmt"
	"strings"
)

// Table gives the options as the Markdown table that stands in the README.
func Table() string {
	var b strings.Builder
	b.WriteString("| option | variable | default | what |\n|---|---|---|---|\n")
	for _, o := range options {
		def := "–"
		if o.def != "" {
			def = "`" + o.def + "`"
		}
		fmt.Fprintf(&b, "| `--%s %s` | `%s` | %s | %s |\n", o.name, o.value, variable(o.name), def, o.help)
	}
	return b.String()
}

// Help gives the options as text for a terminal.
func Help() string {
	var b strings.Builder
	for _, o := range options {
		fmt.Fprintf(&b, "  --%s %s\n        %s", o.name, o.value, strings.ReplaceAll(o.help, "`", ""))
		if o.def != "" {
			fmt.Fprintf(&b, " (default %s)", o.def)
		}
		b.WriteByte('\n')
	}
	b.WriteString("Each option is also a variable (--user-rate is DANMAKU_USER_RATE) and a key of the\n" +
		"settings file (user-rate = 0.5). A flag beats a variable, a variable beats the file.\n")
	return b.String()
}

// advice names the known word that is nearest to the one given, if one is near.
func advice(word string, known []string, prefix, otherwise string) string {
	best, least := "", 1+len(word)/4
	for _, k := range known {
		if d := distance(strings.ToLower(word), strings.ToLower(k)); d <= least {
			best, least = k, d-1
		}
	}
	if best == "" {
		return otherwise
	}
	return "did you mean " + prefix + best + "?"
}

// distance is the number of letters to put in, take out or change (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := last
			if a[i] != b[j] {
				change++
			}
			last = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
