//go:build !nocluster

package cluster

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
)

// folder is the folder for the cluster's files, in a machine's data folder.
const folder = "cluster"

// Peer is a machine of the cluster, and where the others reach it.
type Peer struct {
	Name    string `json:"name"`
	Address string `json:"address"` // host:port
	Edge    bool   `json:"edge,omitempty"`
	Witness bool   `json:"witness,omitempty"`
	// URL is the origin at which pages of other machines reach this one, such as
	// https://a.example.org; empty: they do not.
	URL string `json:"url,omitempty"`
}

// Config is what a machine knows about its cluster before it reaches another one. It is
// stored in the data folder as cluster/config.json, which only its owner can read, with the
// certificates beside it.
type Config struct {
	Name   string `json:"name"`   // of this machine
	Log    string `json:"log"`    // of the cluster: unique for each cluster ever made
	Listen string `json:"listen"` // host:port; the next port is used, too
	// Edge says that this machine stores no copy of the log, is never the home, and does
	// not count for the majority: it follows, and serves pages and sockets.
	Edge bool `json:"edge,omitempty"`
	// Witness says that this machine stores a copy of the log and counts for the majority,
	// but has nothing else: no database, no pages, and it is never the home.
	Witness bool   `json:"witness,omitempty"`
	Peers   []Peer `json:"peers"` // all machines, including this one
	Key     string `json:"key"`   // shared secret that admits a machine
}

// names matches machine names, which can be read aloud, and used in a certificate and a
// subject of the log.
var names = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)

// ValidName reports whether name is a valid machine name.
func ValidName(name string) bool { return names.MatchString(name) }

// ValidAddress reports whether machines can reach each other at an address.
func ValidAddress(address string) bool {
	_, err := joinAddress(address)
	return err == nil
}

// Configured reports whether a data folder belongs to a machine of a cluster.
func Configured(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, folder, "config.json"))
	return err == nil
}

// ErrNoCluster means that a data folder belongs to no cluster.
var ErrNoCluster = errors.New("the data folder belongs to no cluster")

// ReadConfig reads the configuration in a data folder. Errors: [ErrNoCluster].
func ReadConfig(dir string) (Config, error) {
	var c Config
	path := filepath.Join(dir, folder, "config.json")
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return c, ErrNoCluster
	}
	if err == nil {
		err = json.Unmarshal(data, &c)
	}
	if err == nil {
		err = c.check()
	}
	if err != nil {
		return c, fmt.Errorf("read the cluster's configuration %s: %w", path, err)
	}
	return c, nil
}

func (c Config) check() error {
	if !names.MatchString(c.Name) {
		return fmt.Errorf("%q is not a name of a machine: use 1 to 32 of a-z, 0-9 and -, beginning with a letter or digit", c.Name)
	}
	if c.Log == "" || c.Key == "" {
		return errors.New("the name of the log or the key is missing")
	}
	if _, err := joinAddress(c.Listen); err != nil {
		return err
	}
	for _, p := range c.Peers {
		if _, err := joinAddress(p.Address); err != nil {
			return err
		}
	}
	return nil
}

// write writes the configuration, completely or not at all.
func (c Config) write(dir string) error {
	slices.SortFunc(c.Peers, func(a, b Peer) int { return cmp.Compare(a.Name, b.Name) })
	data, err := json.MarshalIndent(c, "", "  ")
	if err == nil {
		err = writeFile(filepath.Join(dir, folder, "config.json"), append(data, '\n'))
	}
	if err != nil {
		return fmt.Errorf("write the cluster's configuration: %w", err)
	}
	return nil
}

// self returns this machine.
func (c Config) self() Peer {
	return Peer{Name: c.Name, Address: c.Listen, Edge: c.Edge, Witness: c.Witness}
}

// addresses returns those of all machines that are not edges. Edges connect to these, and
// not the reverse: a server of the log waits for all machines that it is given.
func (c Config) addresses() (list []string) {
	for _, p := range c.Peers {
		if !p.Edge {
			list = append(list, p.Address)
		}
	}
	return list
}

// others returns the other machines, edges and witnesses last.
func (c Config) others() []Peer {
	list := slices.DeleteFunc(slices.Clone(c.Peers), func(p Peer) bool { return p.Name == c.Name })
	full := func(p Peer) bool { return !p.Edge && !p.Witness }
	slices.SortStableFunc(list, func(a, b Peer) int {
		switch {
		case full(a) == full(b):
			return 0
		case full(a):
			return -1
		}
		return 1
	})
	return list
}

// Keepers returns how many of the machines are not edges.
func (c Config) Keepers() int { return len(c.addresses()) }

// writeFile writes a file that only its owner can read. It replaces an existing file
// atomically, so no program ever reads half of it.
func writeFile(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // 0600
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// Remove removes the configuration, the certificates and the copy of the log from a data
// folder. The database stays.
func Remove(dir string) error {
	if err := os.RemoveAll(filepath.Join(dir, folder)); err != nil {
		return fmt.Errorf("remove the cluster's configuration: %w", err)
	}
	return nil
}
