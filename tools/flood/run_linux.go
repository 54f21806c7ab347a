package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// runCommand puts load on a running server.
func runCommand(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("flood run", flag.ContinueOnError)
	var l load
	url := flags.String("url", "http://127.0.0.1:2333", "the server")
	rooms := flags.String("room", "live", "the room, or several with commas; each gets the whole load")
	role := flags.String("role", "audience", "what the clients are: audience, overlay or console")
	keys := flags.String("key", "", "key of an overlay or moderator link, for each room or one for all")
	senders := flags.String("sender", "", "key of a sender link, for each room or one for all")
	pid := flags.Int("pid", 0, "process of the server, for its CPU and memory")
	flags.IntVar(&l.clients, "clients", 1000, "how many")
	flags.IntVar(&l.sleepers, "slow", 0, "of them, how many never read")
	flags.IntVar(&l.rate, "rate", 20, "comments a second")
	flags.IntVar(&l.reconnects, "reconnects", 0, "clients that leave at random and resume, a second; what phones miss of a sample counts as lost")
	flags.IntVar(&l.workers, "connections", 4, "connections that send")
	flags.DurationVar(&l.measure, "measure", 10*time.Second, "how long")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *senders == "" {
		return errors.New("give a sender link's key with -sender (danmaku link new --role sender)")
	}
	self, err := os.FindProcess(*pid)
	if err != nil {
		return err
	}
	names := strings.Split(*rooms, ",")
	key, err := forRooms(names, *keys)
	if err != nil {
		return fmt.Errorf("-key: %w", err)
	}
	sender, err := forRooms(names, *senders)
	if err != nil {
		return fmt.Errorf("-sender: %w", err)
	}
	var list []*process
	for i, room := range names {
		list = append(list, &process{
			base: *url, room: room, key: sender[i], cmd: &exec.Cmd{Process: self},
			path: "/api/rooms/" + room + "/socket?role=" + *role + "&key=" + key[i],
		})
	}
	results, err := tryRooms(ctx, list, l)
	if err != nil {
		return err
	}
	for i, r := range results {
		fmt.Printf("%-12s %v\n", names[i], r)
	}
	return nil
}

// forRooms assigns each room its key: there is one for each, or one for all.
func forRooms(rooms []string, keys string) ([]string, error) {
	list := strings.Split(keys, ",")
	if len(list) == 1 {
		for range rooms[1:] {
			list = append(list, list[0])
		}
	}
	if len(list) != len(rooms) {
		return nil, fmt.Errorf("%d keys for %d rooms", len(list), len(rooms))
	}
	return list, nil
}
