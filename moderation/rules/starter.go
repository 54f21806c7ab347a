package rules

import (
	_ "embed"
	"slices"
)

//go:embed starter.txt
var starterText string

// StarterName is the name of the list that is shipped.
const StarterName = "starter"

// Starter returns the shipped list: a small one in English, Chinese and Japanese
// against what no stream wants, on until a room's people have their own.
func Starter() List { return List{Name: StarterName, Text: starterText, On: true} }

// WithStarter adds the shipped list unless the lists for all rooms name one
// like it. One without text is the shipped one, switched on or off.
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
