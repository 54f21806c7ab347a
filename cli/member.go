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

// member is this machine's part in a cluster, for as long as the program runs. It is nil for a
// single machine.
type member interface {
	live.Cluster
	server.Cluster
	metrics.Cluster
	// logName returns the name of the log that the machines share.
	logName() string
	// publish makes all changes of the database go into the log. It must be called first.
	publish(ctx context.Context, db *store.Store) error
	// join starts following the log and taking part.
	join(service *live.Service, srv *server.Server, hub *socket.Hub, pictures *emotes.Cache) error
	// leave ends what join began, so that another machine decides. The database still publishes
	// pending changes.
	leave()
	// close ends the rest, once the database is closed.
	close()
}

// asLive and asServer return a nil interface for a nil member.
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

// codesOf returns where one-time codes are stored: in the replicated database of a cluster,
// and on a single machine only in memory.
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
