package room

import "time"

// OpinionState is how the second opinion is doing: the service that is asked about
// comments which the filter lets pass. Counts are of all rooms since the start.
type OpinionState struct {
	Answering bool // false while the service is not asked, since it failed
	Asked     int64
	Held      int64
	Refused   int64
	Failed    int64         // got no answer that could be read in time
	Took      time.Duration // the last answer
}
