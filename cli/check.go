package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"danmaku/comment"
	"danmaku/config"
	"danmaku/moderation"
	"danmaku/moderation/rules"
)

// checkCommand is `danmaku check`.
func checkCommand() command {
	return command{
		name: "check", summary: "say of lines on standard input what the filter says",
		about: "Says of every line on standard input what the filter says of a comment with that\n" +
			"text: verdict, rule, matched word and text, parted by tabs. Nothing is remembered\nfrom line to line.",
		flags: []flagInfo{
			{name: "rules", value: "FILE", help: "rules to use in place of the shipped list", file: true},
			{name: "json", help: "lines in are JSON strings, lines out JSON objects"},
		},
		run: func(_ context.Context, env Env, in input) error { return check(env, in.value("rules"), in.on("json")) },
	}
}

// check reads lines from standard input until it ends.
func check(env Env, file string, asJSON bool) error {
	set, err := checkRules(file, env.Err)
	if err != nil {
		return err
	}
	c := checker{rules: set, json: asJSON, out: bufio.NewWriter(env.Out), err: env.Err}
	code := c.run(bufio.NewReader(env.In))
	if err := c.out.Flush(); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	if code != ExitDone {
		return errReported
	}
	return nil
}

// checkRules compiles a file of rules, or the shipped list. Lines that cannot
// be used are named and fail; doubtful ones are only named.
func checkRules(file string, errOut io.Writer) (*rules.Rules, error) {
	list := rules.Starter()
	if file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, config.Faultf(rulesUnread, err)
		}
		if !utf8.Valid(text) {
			return nil, config.Faultf(rulesNotUTF8, file)
		}
		list = rules.List{Name: "words", Text: string(text), On: true}
	}
	set, faults := rules.Compile([]rules.List{list})
	for _, f := range faults {
		fmt.Fprintf(errOut, "danmaku check: rules, line %d: %s: %s\n", f.Line, printable(f.Entry), printable(f.Message()))
	}
	bad := set.LeftOut()
	if more := bad + set.Warnings() - len(faults); more > 0 {
		fmt.Fprintf(errOut, "danmaku check: rules: %d more lines have such faults\n", more)
	}
	if bad > 0 {
		return nil, config.Faultf(rulesUnusable, bad)
	}
	return set, nil
}

type checker struct {
	rules *rules.Rules
	json  bool
	out   *bufio.Writer
	err   io.Writer
}

// run checks line by line. A line that is not a JSON string is named, answered
// with a refusal so that the lines of the answer keep their places, and makes
// the command fail in the end.
func (c checker) run(in *bufio.Reader) int {
	code := ExitDone
	for n := 1; ; n++ {
		line, err := in.ReadString('\n')
		if line == "" && err != nil {
			if err != io.EOF {
				fmt.Fprintf(c.err, "danmaku check: read: %v\n", err)
				return ExitFailed
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
				code = ExitFailed
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
		fmt.Fprintf(c.out, "%v\t%s\t%s\t%s\n", v.Action, v.Rule, printable(oneLine.Replace(v.Word)), printable(oneLine.Replace(v.Text)))
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
