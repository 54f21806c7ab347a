package cli

import (
	"context"

	"danmaku/connector/emotes"
	"danmaku/live"
	"danmaku/live/access"
	"danmaku/metrics"
	"danmaku/server"
	"danmaku/server/socket"
	"danmaku/store"
)

// member is this machine's part in a cluster, for as long as the program runs. Nil is a
// machine alone.
type member interface {
	live.Cluster
	server.Cluster
	metrics.Cluster
	// logName is the log that the machines share.
	logName() string
	// publish has all changes of the database go into the log. It comes first.
	publish(ctx context.Context, db *store.Store) error
	// join begins to follow the log and to take part.
	join(service *live.Service, srv *server.Server, hub *socket.Hub, pictures *emotes.Cache) error
	// part ends what join began: another machine decides then. The database still
	// publishes what is under way.
	part()
	// close ends the rest, once the database is closed.
	close()
}

// asLive and asServer keep nil what is nil.
func asLive(m member) live.Cluster {
	if m == nil {
		return nil
	}
	return m
}

func asServer(m member) server.Cluster {
	if m == nil {
		return nil
	}
	return m
}

// codesOf is where one-time codes are noted: in the database that all machines of a cluster
// have, and on one machine in memory alone.
func codesOf(m member, db *store.Store) access.Codes {
	if m == nil {
		return nil
	}
	return db
}

// asMetrics is asLive for metrics.
func asMetrics(m member) metrics.Cluster {
	if m == nil {
		return nil
	}
	return m
}
