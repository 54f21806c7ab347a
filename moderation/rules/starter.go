package rules

import (
	_ "embed"
	"slices"
)

//go:embed starter.txt
var starterText string

// StarterName is the name of the shipped list.
const StarterName = "starter"

// Starter returns the shipped list: a small one in English, Chinese and Japanese against words
// that no stream wants, on until a room has its own lists.
func Starter() List { return List{Name: StarterName, Text: starterText, On: true} }

// WithStarter adds the shipped list unless the lists for all rooms contain one with its name.
// A list without text is the shipped one, switched on or off.
func WithStarter(lists []List) []List {
	at := slices.IndexFunc(lists, func(l List) bool { return l.Room == "" && l.Name == StarterName })
	lists = slices.Clone(lists)
	switch {
	case at < 0:
		return append(lists, Starter())
	case lists[at].Text == "":
		lists[at].Text = starterText
	}
	return lists
}
