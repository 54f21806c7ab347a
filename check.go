package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"danmaku/comment"
	"danmaku/config"
	"danmaku/moderation"
)

// checkCommand is `danmaku check`: it says of every line of in what the filter
// would say of a comment with that text, one line of out for each. Nothing is
// remembered from line to line.
func checkCommand(args []string, in io.Reader, out, errOut io.Writer) int {
	flags := flag.NewFlagSet("check", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	file := flags.String("rules", "", "a `file` of rules to use in place of the shipped list")
	asJSON := flags.Bool("json", false, "lines in are JSON strings, lines out JSON objects")
	flags.Usage = func() {} // the fault alone is said
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(out, usages["check"])
		return exitDone
	case err != nil:
		fmt.Fprintf(errOut, "danmaku check: %s\n", config.FlagFault(flags, err))
		return exitUsage
	case flags.NArg() > 0:
		fmt.Fprintf(errOut, "danmaku check: %q is too much: it reads lines from standard input\n", flags.Arg(0))
		return exitUsage
	}
	rules, err := checkRules(*file, errOut)
	if err != nil {
		fmt.Fprintf(errOut, "danmaku check: %v\n", err)
		return exitFailed
	}
	c := checker{rules: rules, json: *asJSON, out: bufio.NewWriter(out), err: errOut}
	code := c.run(bufio.NewReader(in))
	if err := c.out.Flush(); err != nil {
		fmt.Fprintf(errOut, "danmaku check: write: %v\n", err)
		return exitFailed
	}
	return code
}

// checkRules compiles a file of rules, or the shipped list. Lines that cannot
// be used are named and fail; doubtful ones are only named.
func checkRules(file string, errOut io.Writer) (*moderation.Rules, error) {
	list := moderation.Starter()
	if file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("the rules cannot be read: %w", err)
		}
		if !utf8.Valid(text) {
			return nil, fmt.Errorf("rules: %s is not UTF-8", file)
		}
		list = moderation.List{Name: "words", Text: string(text), On: true}
	}
	rules, faults := moderation.Compile([]moderation.List{list})
	bad := 0
	for _, f := range faults {
		fmt.Fprintf(errOut, "danmaku check: rules, line %d: %s: %s\n", f.Line, f.Entry, f.Message())
		if !f.Warning() {
			bad++
		}
	}
	if bad > 0 {
		return nil, fmt.Errorf("%d lines of the rules cannot be used", bad)
	}
	return rules, nil
}

type checker struct {
	rules *moderation.Rules
	json  bool
	out   *bufio.Writer
	err   io.Writer
}

// run checks line by line. A line that is no JSON string is named, answered
// with a refusal so that the lines of the answer keep their places, and makes
// the command fail in the end.
func (c checker) run(in *bufio.Reader) int {
	code := exitDone
	for n := 1; ; n++ {
		line, err := in.ReadString('\n')
		if line == "" && err != nil {
			if err != io.EOF {
				fmt.Fprintf(c.err, "danmaku check: read: %v\n", err)
				return exitFailed
			}
			return code
		}
		text := strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		// A JSON decoder would mend what is not UTF-8.
		if c.json && utf8.ValidString(text) {
			raw := text
			if err := json.Unmarshal([]byte(raw), &text); err != nil {
				fmt.Fprintf(c.err, "danmaku check: line %d is not a JSON string: %v\n", n, err)
				c.answer(comment.Verdict{Action: comment.Refuse, Rule: "layout", Text: raw})
				code = exitFailed
				continue
			}
		}
		c.answer(moderation.CheckText(c.rules, text, time.Now()))
		if in.Buffered() == 0 { // somebody may be typing
			_ = c.out.Flush() // an error stays and shows at the end
		}
	}
}

// answer writes one verdict. Text is as it would be shown.
func (c checker) answer(v comment.Verdict) {
	if !c.json {
		fmt.Fprintf(c.out, "%v\t%s\t%s\t%s\n", v.Action, v.Rule, v.Word, oneLine.Replace(v.Text))
		return
	}
	enc := json.NewEncoder(c.out)
	enc.SetEscapeHTML(false)
	// Writing to memory that is flushed at the end: the error shows there.
	_ = enc.Encode(struct {
		Verdict string `json:"verdict"`
		Rule    string `json:"rule"`
		Word    string `json:"word"`
		Folded  string `json:"folded"`
		Text    string `json:"text"`
	}{v.Action.String(), v.Rule, v.Word, v.Folded, v.Text})
}

// oneLine keeps a refused text, which was not cleaned, from making new columns
// and lines.
var oneLine = strings.NewReplacer("\t", " ", "\n", " ", "\r", " ")
