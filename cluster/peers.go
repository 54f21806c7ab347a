//go:build !nocluster

package cluster

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Peers lists the machines that this one knows, including those that are not up.
func (c *Cluster) Peers() []Peer {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.config.Peers)
}

// keepEvery is how often a machine compares its list of machines with the log's.
const keepEvery = 2 * time.Second

// maintainPeers makes the log and the configuration list the same machines. The log's
// list decides, since it is as durable as what was written.
func (c *Cluster) maintainPeers(ctx context.Context) {
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	said := ""
	for {
		err := c.comparePeers(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil && err.Error() != said {
			c.slog.Warn("could not store the list of the cluster's machines; trying again", "err", err)
			said = err.Error()
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (c *Cluster) comparePeers(ctx context.Context) error {
	peers, err := c.log.peers(ctx)
	if err != nil {
		return err
	}
	c.mu.Lock()
	self := c.config.self()
	c.mu.Unlock()
	self.URL = c.deps.URL
	gone := c.log.gone(self.Name)
	c.gone.Store(gone)
	if gone {
		return ErrExpelled
	}
	if peers[self.Name] != self {
		if err := c.log.setPeer(ctx, self); err != nil {
			return err
		}
		peers[self.Name] = self
	}
	if _, mine := c.membership.Home(); mine {
		if err := c.log.setCopies(ctx, copiesFor(keepers(peers), c.countReachable(peers))); err != nil {
			return err
		}
	}
	return c.storePeers(peers)
}

// countReachable counts the machines of a list that are up and can store the log.
func (c *Cluster) countReachable(peers map[string]Peer) (n int) {
	members, _ := c.membership.Members()
	for _, m := range members {
		if p, listed := peers[m.Name]; listed && !p.Edge {
			n++
		}
	}
	return n
}

// keepers counts the machines of a list that are not edges.
func keepers(peers map[string]Peer) (n int) {
	for _, p := range peers {
		if !p.Edge {
			n++
		}
	}
	return n
}

// copiesFor returns how many machines should store the log; 0 means no change. On three,
// one may die and nothing is lost; on two, one that died would stop both, so the log stays
// on one until there is a third. More copies are made once all machines are there to take
// them.
func copiesFor(listed, there int) int {
	switch {
	case listed < 3:
		return 1
	case there >= 3:
		return 3
	}
	return 0
}

// storePeers stores the list of machines for the next start.
func (c *Cluster) storePeers(peers map[string]Peer) error {
	var list []Peer
	for _, name := range slices.Sorted(maps.Keys(peers)) {
		list = append(list, peers[name])
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if slices.Equal(list, c.config.Peers) {
		return nil
	}
	c.config.Peers = list
	return c.config.write(c.dir)
}

// peers returns the machines that the log lists.
func (l *Log) peers(ctx context.Context) (map[string]Peer, error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	info, err := l.stream.Info(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the log %s: %w", l.name, err)
	}
	l.copies.Store(int64(info.Config.Replicas))
	l.metadata.Store(&info.Config.Metadata)
	list := map[string]Peer{}
	for key, address := range info.Config.Metadata {
		if name, ok := strings.CutPrefix(key, memberKey); ok {
			list[name] = Peer{Name: name, Address: address}
		} else if name, ok := strings.CutPrefix(key, edgeKey); ok {
			list[name] = Peer{Name: name, Address: address, Edge: true}
		} else if name, ok := strings.CutPrefix(key, witnessKey); ok {
			list[name] = Peer{Name: name, Address: address, Witness: true}
		}
	}
	for name, p := range list { // an older version leaves the one of a machine that it takes off the list
		p.URL = info.Config.Metadata[urlKey+name]
		list[name] = p
	}
	return list, nil
}

// gone reports whether a machine was removed from the list, as last read.
func (l *Log) gone(name string) bool {
	metadata := l.metadata.Load()
	return metadata != nil && (*metadata)[goneKey+name] != ""
}

// ErrExpelled means that this machine was removed from the list of its cluster.
var ErrExpelled = errors.New("this machine was removed from its cluster; run danmaku cluster leave here, and join it again")

// setPeer adds a machine to the log's list, or removes it when it has no address.
func (l *Log) setPeer(ctx context.Context, p Peer) error {
	return l.update(ctx, func(metadata map[string]string, _ *int) {
		delete(metadata, memberKey+p.Name)
		delete(metadata, edgeKey+p.Name)
		delete(metadata, witnessKey+p.Name)
		delete(metadata, goneKey+p.Name)
		delete(metadata, urlKey+p.Name)
		if p.URL != "" && p.Address != "" {
			metadata[urlKey+p.Name] = p.URL
		}
		switch {
		case p.Address == "":
			metadata[goneKey+p.Name] = time.Now().UTC().Format(time.RFC3339)
		case p.Edge:
			metadata[edgeKey+p.Name] = p.Address
		case p.Witness:
			metadata[witnessKey+p.Name] = p.Address
		default:
			metadata[memberKey+p.Name] = p.Address
		}
	})
}

// setCopies sets the number of machines that store the log; 0 means no change.
func (l *Log) setCopies(ctx context.Context, n int) error {
	if n == 0 {
		return nil
	}
	return l.update(ctx, func(_ map[string]string, copies *int) { *copies = n })
}

// update changes the log's settings, if change changes something. Two machines that do so
// at once may undo one of the changes, which [Cluster.keep] then repeats.
func (l *Log) update(ctx context.Context, change func(metadata map[string]string, copies *int)) error {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	info, err := l.stream.Info(ctx)
	if err != nil {
		return fmt.Errorf("read the log %s: %w", l.name, err)
	}
	config := info.Config
	metadata, copies := maps.Clone(config.Metadata), config.Replicas
	if metadata == nil {
		metadata = map[string]string{}
	}
	change(metadata, &copies)
	if copies == config.Replicas && maps.Equal(metadata, config.Metadata) {
		return nil
	}
	config.Metadata, config.Replicas = metadata, copies
	if _, err := l.node.js.UpdateStream(ctx, config); err != nil {
		return fmt.Errorf("change the log %s: %w", l.name, err)
	}
	return l.updateBlobs(ctx, copies)
}

// updateBlobs stores long payloads on as many machines as the log.
func (l *Log) updateBlobs(ctx context.Context, copies int) error {
	stream, err := l.node.js.Stream(ctx, "OBJ_"+l.name+blobsSuffix)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return nil // it has none yet, and will be created with as many
	}
	if err == nil {
		config := stream.CachedInfo().Config
		if config.Replicas == copies {
			return nil
		}
		config.Replicas = copies
		_, err = l.node.js.UpdateStream(ctx, config)
	}
	if err != nil {
		return fmt.Errorf("change the object store of the log %s: %w", l.name, err)
	}
	return nil
}
