//go:build !nocluster

package cli

import (
	"errors"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"danmaku/cluster"
	"danmaku/config"
	"danmaku/store"
)

// invited parses the number of machines that an invitation is for, and its end.
func invited(in input) (machines int, until time.Time, err error) {
	machines, err = strconv.Atoi(in.value("machines"))
	if err != nil || machines < 1 || machines > 100 {
		return 0, until, config.Usage(badMachines, in.value("machines"))
	}
	long, err := time.ParseDuration(in.value("for"))
	if err != nil || long < time.Minute || long > 720*time.Hour {
		return 0, until, config.Usage(badFor, in.value("for"))
	}
	return machines, time.Now().Add(long), nil
}

// machineName returns the name of a machine: the given one, or the host name as far as its
// characters are allowed.
func machineName(in input) (string, error) {
	name := in.value("name")
	if name == "" {
		own, err := os.Hostname()
		if err != nil {
			return "", err
		}
		own, _, _ = strings.Cut(strings.ToLower(own), ".")
		name = strings.Trim(strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
				return r
			}
			return '-'
		}, own), "-")
		name = name[:min(len(name), 32)]
	}
	if !cluster.ValidName(name) {
		return "", config.Usage(badMachineName, name)
	}
	return name, nil
}

// clusterPlace returns where the other machines reach this one: the given address, with the
// usual port if it has none.
func clusterPlace(in input) (string, error) {
	text := in.value("listen")
	if text == "" {
		return "", nil
	}
	if _, _, err := net.SplitHostPort(text); err != nil {
		text = net.JoinHostPort(strings.Trim(text, "[]"), clusterPort)
	}
	if !cluster.ValidAddress(text) {
		return "", config.Usage(badClusterPlace, in.value("listen"))
	}
	return text, nil
}

// lockForCluster keeps servers away from a data folder while a command works on it.
func lockForCluster(cfg config.Config) (unlock func() error, err error) {
	unlock, err = store.LockCommand(cfg.Data)
	if errors.Is(err, store.ErrServed) {
		return nil, config.Faultf(clusterServed, cfg.Data)
	}
	return unlock, err
}

// ownPlace returns the name of this machine, and where the others reach it.
func ownPlace(in input) (name, listen string, err error) {
	if name, err = machineName(in); err == nil {
		listen, err = clusterPlace(in)
	}
	return name, listen, err
}

// clusterOf returns the cluster that a data folder belongs to.
func clusterOf(in input) (cluster.Config, error) {
	c, err := cluster.ReadConfig(in.cfg.Data)
	return c, spokenFolder(in, err)
}

// spokenFolder returns the error for a folder that does not belong to a machine of a cluster.
func spokenFolder(in input, err error) error {
	if errors.Is(err, cluster.ErrNoCluster) {
		return config.Faultf(noCluster, in.cfg.Data)
	}
	return err
}
