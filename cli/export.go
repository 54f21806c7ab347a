package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"danmaku/comment"
	"danmaku/config"
	"danmaku/export"
	"danmaku/room"
	"danmaku/server/wire"
	"danmaku/store"
)

// exportCommand is `danmaku export`.
func exportCommand() command {
	formats := make([]string, len(export.Formats))
	for i, f := range export.Formats {
		formats[i] = string(f)
	}
	return command{
		name: "export", summary: "write the comments of a room to a file (XML, subtitles, JSON Lines, CSV)",
		about: "Writes the comments of a room to a file, also while the server runs. The file holds\n" +
			"the room as it was when the command started.",
		flags: []flagInfo{
			{name: "format", value: "F", help: export.Names(export.Formats), choices: formats, required: true},
			{name: "room", value: "R", help: "room", def: firstRoom},
			{name: "out", value: "FILE", help: "file to write; - is standard output", def: "-", file: true},
			{name: "force", help: "overwrite FILE if it exists"},
			{name: "from", value: "TIME", help: "leave out comments before TIME, such as 2026-11-21T20:00:00+01:00 or\nin ms since 1970"},
			{name: "to", value: "TIME", help: "leave out comments at TIME and later"},
			{name: "zero", value: "WHEN", help: "start of the recording: recording (when OBS last started to record,\n" +
				"else to stream), first (the first comment of the range, even if it\nwas not shown) or a TIME; by default recording if OBS reported one,\nelse first"},
			{name: "early", value: "WHAT", choices: []string{"drop", "clamp"}, help: "comments from before the recording, after its end, or during a pause:\n" +
				"drop, or clamp to the nearest moment of the recording; by default drop,\nexcept that jsonl and csv keep them, early ones with a negative time"},
			{name: "all", help: "also write held, refused and removed comments"},
			{name: "status", value: "LIST", help: "write only these: shown, held, refused, removed, separated by commas"},
			{name: "bom", help: "begin the file with a byte order mark, for old Excel and some players;\nnot for XML and jsonl"},
		},
		folder: true, run: runExport,
	}
}

func runExport(ctx context.Context, env Env, in input) error {
	query := url.Values{}
	for _, name := range export.Params {
		if on, ok := in.switches[name]; ok && *on {
			query.Set(name, "1")
		}
		if v, ok := in.values[name]; ok && *v != "" {
			query.Set(name, *v)
		}
	}
	if err := errors.Join(checkMoments(query, "from", "to", "zero"), checkKept(query)); err != nil {
		return err
	}
	target, err := newExportTarget(in.value("out"), in.on("force"))
	if err != nil {
		return err
	}
	a, closed, err := connectReading(ctx, in.cfg)
	if err != nil {
		return err
	}
	return errors.Join(exportTo(ctx, env, a, in, target, query), closed())
}

// checkMoments reports options that are not a time. zero can also be a word.
func checkMoments(query url.Values, names ...string) error {
	var faults faults
	for _, name := range names {
		text := query.Get(name)
		if name == "zero" && (text == "recording" || text == "first") {
			continue
		}
		if _, err := export.Moments(query, name); err == nil {
			continue
		}
		if name == "zero" {
			faults.add(badZero, text)
		} else {
			faults.add(badMoment, name, text)
		}
	}
	return faults.err()
}

// checkKept reports an unknown status, and a byte order mark that the format does not allow.
func checkKept(query url.Values) error {
	var faults faults
	for _, word := range strings.FieldsFunc(query.Get("status"), func(r rune) bool { return r == ',' }) {
		if !slices.Contains([]comment.Status{comment.Shown, comment.Held, comment.Refused, comment.Removed}, comment.Status(word)) {
			faults.add(badStatus, word)
		}
	}
	if f := export.Format(query.Get("format")); query.Get("bom") != "" && f.Valid() && !f.Marked() {
		marked := slices.DeleteFunc(slices.Clone(export.Formats), func(f export.Format) bool { return !f.Marked() })
		faults.add(noMark, string(f), export.Names(marked))
	}
	return faults.err()
}

// exportTo writes an export to its target, and the summary to standard error.
func exportTo(ctx context.Context, env Env, a api, in input, to exportTarget, query url.Values) error {
	var account wire.ExportAccount
	write := func(w io.Writer) (err error) {
		account, err = a.Export(ctx, in.value("room"), query, w, exportProgress(env.Err))
		return err
	}
	if err := exportFault(to.write(env, write), in); err != nil {
		return err
	}
	sayAccount(env.Err, export.Format(query.Get("format")), export.Early(query.Get("early")), account)
	return nil
}

// exportFault describes what is wrong with the request.
func exportFault(err error, in input) error {
	var why *room.ExplainedError
	switch {
	case errors.Is(err, room.ErrNotFound):
		return config.Faultf(noRoomIn, in.value("room"), in.cfg.Data)
	case errors.Is(err, room.ErrInvalid) && errors.As(err, &why) && why.Detail == export.NoRecording:
		return config.Usage(noRecording)
	case errors.Is(err, room.ErrInvalid) && errors.As(err, &why):
		return config.Usage(config.Say("%s", "%s", "%s"), why.Detail)
	}
	return err
}

// write writes a file to its target.
func (to exportTarget) write(env Env, write func(io.Writer) error) error {
	if to.direct {
		return writeDirect(env, to.path, write)
	}
	return writeWhole(to.path, to.force, write)
}

// writeDirect sends an export to standard output, or to a path that is not a regular file,
// once it is complete.
func writeDirect(env Env, path string, write func(io.Writer) error) (err error) {
	file, err := spool(os.TempDir(), write)
	if err != nil {
		return err
	}
	defer file.Close()
	w := io.Writer(env.Out)
	if path != "-" {
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return config.Faultf(exportFailed, err)
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		w = f
	}
	if _, err := io.Copy(w, bufio.NewReaderSize(file, 64<<10)); err != nil {
		return config.Faultf(exportFailed, err)
	}
	return nil
}

// sayAccount prints what is in the file, and what is not.
func sayAccount(w io.Writer, format export.Format, mode export.Early, a wire.ExportAccount) {
	outside := a.Early + a.Paused + a.After
	written := a.Count
	if mode == export.EarlyDrop || mode == export.EarlyDefault && format.Timed() {
		written -= outside
	}
	fmt.Fprintf(w, "%d comments written\n", written)
	early, paused, after := "left out", "left out", "left out"
	switch {
	case mode == export.EarlyClamp:
		early, paused, after = "put at the beginning", "put where it stood", "put at the end"
	case written == a.Count:
		outside = 0 // they are in the file at their own time
	}
	if outside > 0 && a.Early > 0 {
		fmt.Fprintf(w, "%d came before the beginning%s and are %s; --zero and --early change that\n", a.Early, inBrackets(a.Zero), early)
	}
	if outside > 0 && a.Paused > 0 {
		fmt.Fprintf(w, "%d came while the recording was paused and are %s; --early changes that\n", a.Paused, paused)
	}
	if outside > 0 && a.After > 0 {
		fmt.Fprintf(w, "%d came after its end%s and are %s; --zero and --early change that\n", a.After, inBrackets(a.End), after)
	}
	if a.Covered > 0 {
		fmt.Fprintf(w, "%d found no free lane within a second and cover others\n", a.Covered)
	}
}

// inBrackets formats a moment in local time; it is empty if the server, of an older version,
// did not report it.
func inBrackets(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return " (" + at.Local().Format(time.DateTime) + ")"
}

// exportTarget is where an export is written.
type exportTarget struct {
	path   string
	force  bool
	direct bool // standard output, a pipe or a device: nothing is lost by writing to it
}

// newExportTarget checks what exists at a path. An existing file is kept unless force is set.
func newExportTarget(path string, force bool) (exportTarget, error) {
	if path == "-" {
		return exportTarget{path: path, direct: true}, nil
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Stat(filepath.Dir(path)); err != nil {
			return exportTarget{}, notMade(path, err)
		}
	case err != nil:
		return exportTarget{}, config.Faultf(exportFailed, err)
	case info.IsDir():
		return exportTarget{}, config.Faultf(fileIsFolder, path)
	case !info.Mode().IsRegular():
		return exportTarget{path: path, direct: true}, nil
	case !force:
		return exportTarget{}, alreadyThere(path)
	}
	return exportTarget{path: path, force: force}, nil
}

func alreadyThere(path string) error {
	return config.Faultf(fileThere, path)
}

// notMade returns why a file cannot be made. It omits the path in err, which is that of a folder
// or of a temporary file.
func notMade(path string, err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	}
	return config.Faultf(folderWords[store.FileNotMade], path, err)
}

// writeWhole writes a file that gets its name only when it is complete, and that only its
// owner can read. It writes to a symbolic link's target, not to the link. Only force
// overwrites a file that exists, or appears in the meantime.
func writeWhole(path string, force bool, write func(io.Writer) error) error {
	if at, err := filepath.EvalSymlinks(path); err == nil {
		path = at
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return notMade(path, err)
	}
	err = errors.Join(write(f), f.Close())
	if err == nil {
		err = name(f.Name(), path, force)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}

// name gives the finished file its name.
func name(part, path string, force bool) error {
	if force {
		return os.Rename(part, path)
	}
	// Creating a link fails if the name exists; renaming does not.
	switch err := os.Link(part, path); {
	case err == nil:
		return os.Remove(part)
	case errors.Is(err, fs.ErrExist):
		return alreadyThere(path)
	}
	if _, err := os.Lstat(path); err == nil { // a file system without links
		return alreadyThere(path)
	}
	return os.Rename(part, path)
}

// exportProgress reports the progress: in place on a terminal, otherwise a line for every
// tenth of a large export.
func exportProgress(w io.Writer) func(done, all int) {
	terminal, percent, tenth := isTerminal(w), -1, 0
	return func(n, all int) {
		p := min(n, all) * 100 / max(all, 1)
		switch {
		case terminal && p != percent:
			fmt.Fprintf(w, "\r%3d %%", p)
			if n >= all {
				fmt.Fprint(w, "\r     \r")
			}
		case !terminal && all >= 10_000 && p/10 > tenth:
			fmt.Fprintf(w, "%3d %%  %d of %d\n", p, n, all)
		}
		percent, tenth = p, max(tenth, p/10)
	}
}
