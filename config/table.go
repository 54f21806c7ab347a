package config

import (
	"fmt"
	"strings"
)

// Table returns the options as the Markdown table in the README.
func Table() string {
	var b strings.Builder
	b.WriteString("| option | variable | default | what |\n|---|---|---|---|\n")
	for _, o := range options {
		def := "–"
		if o.def != "" {
			def = "`" + o.def + "`"
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s |\n", o.call(), variable(o.name), def, o.help)
	}
	return b.String()
}

// Help returns the options as text for a terminal.
func Help() string {
	var b strings.Builder
	for _, o := range options {
		fmt.Fprintf(&b, "  %s\n        %s", o.call(), strings.ReplaceAll(o.help, "`", ""))
		if o.def != "" {
			fmt.Fprintf(&b, " (default %s)", o.def)
		}
		b.WriteByte('\n')
	}
	b.WriteString("Each option is also a variable (--user-rate is DANMAKU_USER_RATE) and a key of the\n" +
		"settings file (user-rate = 0.5). A flag beats a variable, a variable beats the file.\n")
	return b.String()
}

// meant maps other programs' words to our options.
var meant = map[string]string{
	"port": "listen", "host": "listen", "address": "listen", "addr": "listen", "bind": "listen",
	"data-dir": "data", "language": "lang", "log": "log-level", "base-url": "public-url", "proxy": "trusted-proxy",
}

// advice suggests the known word that another program's word means, or the nearest one, if
// one is near.
func advice(word string, known []string, prefix string, otherwise *Fault) *Fault {
	plain := strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(word, variablePrefix)), "_", "-")
	if option := meant[plain]; option != "" {
		for _, k := range known {
			if k == option || k == variable(option) {
				return Faultf(didYouMean, prefix+k)
			}
		}
	}
	best, least := "", 1+len(word)/4
	for _, k := range known {
		if d := distance(strings.ToLower(word), strings.ToLower(k)); d <= least {
			best, least = k, d-1
		}
	}
	if best == "" {
		return otherwise
	}
	return Faultf(didYouMean, prefix+best)
}

// distance returns the number of letters to insert, delete or change (Levenshtein).
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
