package room

// Machine is one of several that run the rooms together.
type Machine struct {
	Name    string
	Here    bool   // it is the one that says so
	Up      bool   // it answers
	Home    bool   // it decides
	Edge    bool   // it follows, and never decides
	Witness bool   // it keeps the log and has no pages, and never decides
	Level   bool   // it has what the others have; if it is no edge and no witness, it may decide
	Behind  uint64 // number of changes it still lacks
}
