package room

import "time"

// OpinionState is the state of the second opinion service, which is asked about comments
// that the filter lets pass. Counts are of all rooms since the start.
type OpinionState struct {
	Answering bool // false while the service is not asked, because it failed
	Asked     int64
	Held      int64
	Refused   int64
	Failed    int64         // requests without a readable answer in time
	Took      time.Duration // duration of the last answer
}
