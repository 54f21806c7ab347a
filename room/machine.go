package room

// Machine is one of several that run the rooms together.
type Machine struct {
	Name    string
	Here    bool   // it is the reporting machine
	Up      bool   // it answers
	Home    bool   // it decides
	Edge    bool   // it follows, and never decides
	Witness bool   // it stores the log and has no pages, and never decides
	Level   bool   // it is up to date; unless it is an edge or a witness, it may decide
	Behind  uint64 // number of changes it still lacks
	URL     string // origin at which pages of other machines reach it; empty when there is none
}
