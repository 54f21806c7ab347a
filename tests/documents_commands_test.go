package tests

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"danmaku/cli"
	"danmaku/obs/obstest"
)

// This file runs every command of ours in a block of a page, and parses those that a page
// mentions. docs/api.md has its own test for its curl lines.

// command is a command on a page.
type command struct {
	page    string
	environ []string
	args    []string // after the program's name
}

func (c command) String() string { return c.page + ": danmaku " + strings.Join(c.args, " ") }

var commandLine = regexp.MustCompile(`^((?:[A-Z_]+=\S+ )*)(?:sudo )?(?:\./danmaku|danmaku\.exe|danmaku|go run \.)(?:$| +([^#<>|&]*))`)

// blockCommands returns the commands in a page's blocks.
func blockCommands(name, page string) (out []command) {
	for _, block := range append(fenced(page, ""), fenced(page, "sh")...) {
		block = strings.ReplaceAll(block, "\\\n", " ")
		for line := range strings.Lines(block) {
			if m := commandLine.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
				out = append(out, command{name, strings.Fields(m[1]), words(m[2])})
			}
		}
	}
	return out
}

// mentions returns the commands in a page's text. It includes everything in brackets, and each
// of several alternatives.
func mentions(name, page string) (out []command) {
	for _, code := range inlineCode.FindAllString(fence.ReplaceAllString(page, ""), -1) {
		rest, ok := strings.CutPrefix(strings.Trim(code, "`"), "danmaku ")
		if !ok {
			continue
		}
		rest = strings.NewReplacer("[", "", "]", "", "…", "").Replace(rest)
		all := [][]string{nil}
		for _, w := range words(rest) {
			var next [][]string
			for choice := range strings.SplitSeq(w, "|") {
				for _, begun := range all {
					next = append(next, append(slices.Clone(begun), choice))
				}
			}
			all = next
		}
		for _, args := range all {
			out = append(out, command{page: name, args: args})
		}
	}
	return out
}

var word = regexp.MustCompile(`"([^"]*)"|'([^']*)'|(\S+)`)

// words splits a line as a shell does, as far as our pages need it.
func words(line string) (out []string) {
	for _, m := range word.FindAllStringSubmatch(line, -1) {
		out = append(out, m[1]+m[2]+m[3])
	}
	return out
}

// ourPages are those that tell how to use and to build danmaku.
func ourPages(t *testing.T) (out []string) {
	for _, name := range documentNames(t) {
		if !strings.Contains(name, "/") || strings.HasPrefix(name, "docs/") {
			out = append(out, name)
		}
	}
	return out
}

// stand is where commands are run: beside a running server, in a folder of
// their own.
type stand struct {
	t       *testing.T
	p       *program
	fakeOBS string // a stand-in for OBS
	copies  string // folder of backups
	root    string // of the checkout

	member *program // the first of a cluster, once a page has made one
	invite string   // to it
}

const shortRecording = `<i><d p="0.1,1,25,16777215,1700000000,0,a,1">of the page</d></i>`

func newStand(t *testing.T) *stand {
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	s := &stand{t: t, root: root, copies: t.TempDir(), p: start(t, t.TempDir())}
	fakeOBS := obstest.New()
	s.fakeOBS = fakeOBS.Start(t)
	t.Chdir(t.TempDir())
	return s
}

// run runs a command unchanged, except for the data folder, OBS and the port,
// and returns its output if it fails.
func (s *stand) run(c command) (fault string) {
	args := slices.Clone(c.args)
	if len(args) == 0 || strings.HasPrefix(args[0], "-") || args[0] == "serve" {
		return s.serve(c.environ, args)
	}
	if args[0] == "cluster" {
		return s.cluster(args)
	}
	if !slices.Contains([]string{"check", "config", "version", "help"}, args[0]) {
		args = append(args, "--data", s.p.data)
	}
	switch args[0] {
	case "obs":
		args = append(args, "--obs", s.fakeOBS)
	case "backup":
		if args[1] = filepath.Base(args[1]); filepath.Ext(args[1]) == "" {
			args[1] = s.copies
		}
		if i := slices.Index(args, "--every"); i > 0 { // it would go on
			args = slices.Delete(args, i, i+2)
		}
	case "restore":
		// A copy is there, and no server has the folder that it is put into.
		if fault := s.run(command{args: []string{"backup", "copies"}}); fault != "" {
			return fault
		}
		copies, err := filepath.Glob(filepath.Join(s.copies, "*.db"))
		if err != nil || len(copies) == 0 {
			return "there is no copy"
		}
		args[1], args[len(args)-1] = copies[0], filepath.Join(s.t.TempDir(), "data")
	case "replay":
		// The recording must be there; a short one is played.
		if _, err := os.Stat(filepath.Join(s.root, args[1])); err != nil {
			if _, err := os.Stat(args[1]); err != nil { // what another command has written
				return err.Error()
			}
		}
		args[1] = "short.xml"
		if err := os.WriteFile(args[1], []byte(shortRecording), 0o600); err != nil {
			return err.Error()
		}
		args = append(args, "--speed", "1000")
	case "check":
		for i, a := range args {
			if a == "--rules" {
				if err := os.WriteFile(args[i+1], []byte("word\n"), 0o600); err != nil {
					return err.Error()
				}
			}
		}
	case "link":
		if len(args) > 2 && args[1] == "revoke" {
			args[2] = s.p.link("sender").ID
		}
	}
	var out, errs bytes.Buffer
	env := environment{args: args, environ: c.environ, in: strings.NewReader("a line\n"), out: &out, err: &errs, open: func(string) error { return nil }}
	if code := run(s.t.Context(), env); code != exitDone {
		return errs.String()
	}
	return ""
}

// cluster runs a command of a cluster that begins with the page's own init: in another
// folder, at a free port, and with a valid invitation.
func (s *stand) cluster(args []string) (fault string) {
	switch dir := s.t.TempDir(); args[1] {
	case "init":
		if i := slices.Index(args, "--listen"); i > 0 {
			args[i+1] = freePlace(s.t)
		}
		code, out, errs := runCommand(s.t, append(args, "--name", "n1", "--data", dir)...)
		if code != exitDone {
			return errs
		}
		s.invite, s.member = invitationLine.FindStringSubmatch(out)[1], start(s.t, dir)
		return ""
	case "join":
		args = append(args, "--listen", freePlace(s.t), "--name", "n2", "--data", dir)
		args[2] = s.invite
	default:
		if s.member == nil {
			return "no page has made a cluster before"
		}
		args = append(args, "--data", s.member.data)
	}
	if code, _, errs := runCommand(s.t, args...); code != exitDone {
		return errs
	}
	return ""
}

// serve starts a server with the options of a page and ends it when it answers.
func (s *stand) serve(environ, args []string) (fault string) {
	if len(args) > 0 && args[0] == "serve" {
		args = args[1:]
	}
	if slices.Contains(args, "--domain") { // no authority is asked, and the ports are perhaps not ours
		args = append(slices.Clone(args), "--tls-listen", "127.0.0.1:0", "--http-listen", "none", "--acme-url", "https://127.0.0.1:1/")
	}
	ctx, cancel := context.WithCancel(s.t.Context())
	defer cancel()
	out := &watched{word: "Console", seen: make(chan struct{})}
	var errs bytes.Buffer
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, environment{
			args:    append(slices.Clone(args), "--listen", "127.0.0.1:0", "--data", s.t.TempDir()),
			environ: environ, in: strings.NewReader(""), out: out, err: &errs,
			open: func(string) error { return nil },
		})
	}()
	select {
	case <-out.seen:
		cancel()
		<-ended
		return ""
	case <-ended:
		return errs.String()
	}
}

// Every command in a block of a page works.
func TestCommandsOfThePages(t *testing.T) {
	var commands []command
	for _, name := range ourPages(t) {
		commands = append(commands, blockCommands(name, readPage(t, name))...)
	}
	if len(commands) < 10 {
		t.Fatalf("only %d commands found: %v", len(commands), commands)
	}
	s := newStand(t)
	done := map[string]bool{}
	for _, c := range commands {
		key := strings.Join(append(c.environ, c.args...), " ")
		if done[key] {
			continue
		}
		done[key] = true
		if fault := s.run(c); fault != "" {
			t.Errorf("%s fails: %s", c, fault)
		}
	}
}

// parses returns what is wrong with a command of a document, without carrying it out:
// it adds an unknown option, so the command is refused, with its other faults beside
// that one.
func parses(t *testing.T, c command) (fault string) {
	const unknown = "--no-such-option"
	groups := []string{"link", "obs", "chats", "cluster", "draw"}
	args := slices.Clone(c.args)
	known := len(args) == 0 || strings.HasPrefix(args[0], "-") || slices.Contains(cli.Commands(), args[0])
	switch {
	case !known:
		return "there is no such command"
	case len(args) > 0 && slices.Contains([]string{"config", "version", "--version", "help", "completion"}, args[0]):
		return ""
	case len(args) > 0 && args[0] == "check":
		args = append(args, unknown) // it stops at the first fault
	case len(args) == 1 && slices.Contains(groups, args[0]):
		return ""
	case len(args) > 1 && slices.Contains(groups, args[0]):
		args = slices.Insert(args, 2, unknown)
	case len(args) > 0 && !strings.HasPrefix(args[0], "-"):
		args = slices.Insert(args, 1, unknown)
	default:
		args = append([]string{unknown}, args...)
	}
	var out, errs bytes.Buffer
	if slices.Contains(args, "--help") { // it does nothing else
		if code := run(t.Context(), environment{args: c.args, out: &out, err: &errs}); code != exitDone {
			return errs.String()
		}
		return ""
	}
	if code := run(t.Context(), environment{args: args, in: strings.NewReader(""), out: &out, err: &errs}); code != exitUsage {
		return out.String() + errs.String()
	}
	var faults []string
	for line := range strings.Lines(errs.String()) {
		mention := strings.Contains(line, "the value is missing") || strings.Contains(line, " is missing; use: ") // an option that is only named
		usage := strings.Contains(line, "no-such-option") || strings.Contains(line, "check [--rules") || strings.HasPrefix(line, "  ") || strings.HasPrefix(line, "    \t")
		if !mention && !usage {
			faults = append(faults, line)
		}
	}
	return strings.Join(faults, "")
}

// Every command that a text mentions is one, with options that it has.
func TestMentionedCommandsParse(t *testing.T) {
	n := 0
	for _, name := range ourPages(t) {
		for _, c := range mentions(name, readPage(t, name)) {
			n++
			if fault := parses(t, c); fault != "" {
				t.Errorf("%s: %s", c, fault)
			}
		}
	}
	if n < 10 {
		t.Errorf("only %d commands found", n)
	}
}

// The checks find the faults of a page.
func TestWrongCommandsAreFound(t *testing.T) {
	s := newStand(t)
	for _, line := range []string{
		"go run . exprot --room live --format csv", "danmaku export --format cvs", "danmaku --lisen :80", "danmaku replay nowhere.xml",
		"DANMAKU_USER_RAET=1 danmaku", "danmaku link new --role king --room live", "sudo danmaku backup",
	} {
		found := blockCommands("x.md", "```sh\n"+line+"\n```\n")
		if len(found) != 1 || s.run(found[0]) == "" {
			t.Errorf("%q passes as %v", line, found)
		}
	}
	for _, code := range []string{"danmaku exprot", "danmaku export --fromat csv", "danmaku --lisen :80", "danmaku obs add --dokc", "danmaku check --rule x"} {
		found := mentions("x.md", "see `"+code+"`")
		if len(found) != 1 || parses(t, found[0]) == "" {
			t.Errorf("%q passes as %v", code, found)
		}
	}
}

var (
	makeCall   = regexp.MustCompile("(?m)(?:^|`)make ([a-z][a-z-]*)")
	makeTarget = regexp.MustCompile(`(?m)^([a-z][a-z-]*):`)
	toolCall   = regexp.MustCompile(`go run \./([\w/]+)`)
)

// The programs that the pages tell developers to run exist.
func TestTargetsOfThePages(t *testing.T) {
	targets := map[string]bool{}
	for _, m := range makeTarget.FindAllStringSubmatch(readPage(t, "Makefile"), -1) {
		targets[m[1]] = true
	}
	n := 0
	for _, name := range ourPages(t) {
		page := readPage(t, name)
		for _, m := range makeCall.FindAllStringSubmatch(page, -1) {
			if n++; !targets[m[1]] {
				t.Errorf("%s: make %s is no target", name, m[1])
			}
		}
		for _, m := range toolCall.FindAllStringSubmatch(page, -1) {
			if _, err := os.Stat(filepath.Join(m[1], "main.go")); err != nil {
				if found, _ := filepath.Glob(filepath.Join(m[1], "main_*.go")); len(found) == 0 {
					t.Errorf("%s: go run ./%s: %v", name, m[1], err)
				}
			}
		}
	}
	if n < 3 || !targets["release"] {
		t.Errorf("only %d calls of make found, targets %v", n, targets)
	}
	// The workflows call make targets, too.
	for _, name := range []string{".github/workflows/test.yml", ".github/workflows/release.yml"} {
		for _, m := range regexp.MustCompile(`run: make ([a-z-]+)`).FindAllStringSubmatch(readPage(t, name), -1) {
			if !targets[m[1]] {
				t.Errorf("%s: make %s is no target", name, m[1])
			}
		}
	}
}
