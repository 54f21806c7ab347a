package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"danmaku/config"
	"danmaku/export"
	"danmaku/room"
	"danmaku/show"
)

// drawVerifyCommand is `danmaku draw verify`.
func drawVerifyCommand() command {
	return command{
		name: "draw verify", summary: "verify the draws of a room, or of a saved proof",
		args: "[FILE]",
		about: "Repeats draws, and checks that the seed has the hash that was shown before the draw and\n" +
			"that it draws the same people. FILE is a proof that the console saved; - reads standard\n" +
			"input. Without FILE, the command verifies the draws of a room in the data folder or on\n" +
			"the running server.",
		flags: []flagInfo{
			{name: "room", value: "R", help: "room", def: firstRoom},
			{name: "item", value: "ID", help: "verify only this draw"},
		},
		folder: true, run: runDrawVerify,
	}
}

func runDrawVerify(ctx context.Context, env Env, in input) error {
	list, err := drawsOf(ctx, env, in)
	if err != nil {
		return err
	}
	checked, faults := 0, 0
	for _, p := range list {
		if item := in.value("item"); item != "" && p.Item != item {
			continue
		}
		checked++
		if err := p.Verify(); err != nil {
			faults++
			fmt.Fprintf(env.Err, "not true: %s (%s): %s\n", p.Title, p.Item, config.Localize(drawFault(err), langIn(env)))
			continue
		}
		fmt.Fprintf(env.Out, "true: %s (%s): %d of %d: %s\n", p.Title, p.Item, len(p.Winners), len(p.Entries), strings.Join(called(p), ", "))
	}
	if checked == 0 {
		return config.Faultf(noDrawOver)
	}
	if faults > 0 {
		return errReported
	}
	return nil
}

// drawFault returns the sentences for the reason why a draw is invalid.
func drawFault(err error) error {
	if outcome, ok := errors.AsType[*show.OutcomeError](err); ok {
		if outcome.Absent != "" {
			return config.Faultf(drawAbsent, outcome.Absent)
		}
		return config.Faultf(drawOthers, strings.Join(outcome.Drawn, ", "))
	}
	if errors.Is(err, show.ErrSeed) {
		return config.Faultf(drawSeed)
	}
	return config.Faultf(drawDamaged)
}

// called lists the winners, by name and pseudonym.
func called(p show.DrawProof) []string {
	out := make([]string, len(p.Winners))
	for i, person := range p.Winners {
		out[i] = strings.TrimSpace(p.Names[person] + " " + person)
	}
	return out
}

// drawsOf reads the draws of a file, or of a room.
func drawsOf(ctx context.Context, env Env, in input) ([]show.DrawProof, error) {
	if len(in.args) > 0 {
		r := env.In
		if in.args[0] != "-" {
			f, err := openFile(in.args[0])
			if err != nil {
				return nil, err
			}
			defer f.Close()
			r = f
		}
		return export.ReadDraws(r)
	}
	a, closed, err := connectReading(ctx, in.cfg)
	if err != nil {
		return nil, err
	}
	var file bytes.Buffer
	err = errors.Join(a.ExportItems(ctx, in.value("room"), url.Values{"kind": {string(export.DrawsFile)}, "format": {string(export.JSONLines)}}, &file), closed())
	if errors.Is(err, room.ErrNotFound) {
		return nil, config.Faultf(noRoomIn, in.value("room"), in.cfg.Data)
	}
	if err != nil {
		return nil, err
	}
	return export.ReadDraws(&file)
}

// ExportItems implements api.
func (d database) ExportItems(ctx context.Context, roomID string, query url.Values, w io.Writer) error {
	rooms, err := d.db.Rooms(ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(rooms, func(r room.Record) bool { return r.ID == roomID }) {
		return room.ErrNotFound
	}
	items, err := d.db.Items(ctx, roomID)
	if err != nil {
		return err
	}
	file, err := archive{db: d.db}.ExportItems(roomID, items, nil, query)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, file.Body)
	return errors.Join(err, file.Body.Close())
}
