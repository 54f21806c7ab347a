package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
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
		name: "check", summary: "show what the filter does with lines of standard input",
		about: "Reads lines from standard input, and prints what the filter would do with each as a\n" +
			"comment: the verdict (pass, mask, hold or refuse), the rule that decided, the word that\n" +
			"matched, and the text as it would be shown, separated by tabs. Each line is checked on\n" +
			"its own, whatever came before it.",
		flags: []flagInfo{
			{name: "rules", value: "FILE", help: "rules to use instead of the shipped list", file: true},
			{name: "json", help: "input lines are JSON strings, output lines are JSON objects"},
		},
		run: func(_ context.Context, env Env, in input) error { return check(env, in.value("rules"), in.on("json")) },
	}
}

// check reads lines from standard input until it ends.
func check(env Env, file string, asJSON bool) error {
	lang := langIn(env)
	set, err := checkRules(file, env.Err, pageWords(env.assets, "console", lang), lang)
	if err != nil {
		return err
	}
	c := checker{rules: set, json: asJSON, out: bufio.NewWriter(env.Out), err: env.Err, lang: lang}
	code := c.run(bufio.NewReader(env.In))
	if err := c.out.Flush(); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	if code != ExitDone {
		return errReported
	}
	return nil
}

// checkRules compiles a file of rules, or the shipped list. It reports unusable lines and
// fails; it only reports doubtful ones. words are the console's in that language.
func checkRules(file string, errOut io.Writer, words map[string]any, lang config.Lang) (*rules.Rules, error) {
	list := rules.Starter()
	if file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, notRead(file, err)
		}
		if !utf8.Valid(text) {
			return nil, config.Faultf(rulesNotUTF8, file)
		}
		list = rules.List{Name: "words", Text: string(text), On: true}
	}
	set, faults := rules.Compile([]rules.List{list})
	for _, f := range faults {
		say(errOut, lang, ruleLine, f.Line, printable(f.Entry), printable(faultOfLine(f, words)))
	}
	bad := set.LeftOut()
	if more := bad + set.Warnings() - len(faults); more > 0 {
		say(errOut, lang, moreRuleLines, more)
	}
	if bad > 0 {
		return nil, config.Faultf(rulesUnusable, bad)
	}
	return set, nil
}

// say writes a sentence of `danmaku check` in a language.
func say(out io.Writer, lang config.Lang, s config.Sentence, args ...any) {
	fmt.Fprintln(out, "danmaku check: "+config.Faultf(s, args...).In(lang))
}

// faultOfLine describes the fault of a line of rules, in the console's words if it has them,
// otherwise in English.
func faultOfLine(f rules.Fault, words map[string]any) string {
	sentence, ok := words["line_"+string(f.Code)].(string)
	if !ok {
		return f.Message()
	}
	return strings.NewReplacer("{word}", f.Word, "{n}", strconv.Itoa(f.N), "{of}", strconv.Itoa(f.Of)).Replace(sentence)
}

type checker struct {
	rules *rules.Rules
	json  bool
	out   *bufio.Writer
	err   io.Writer
	lang  config.Lang
}

// run checks line by line. It reports a line that is not a JSON string, answers it with a
// refusal so that the answers stay aligned with the lines, and makes the command fail at the
// end.
func (c checker) run(in *bufio.Reader) int {
	code := ExitDone
	for n := 1; ; n++ {
		line, err := in.ReadString('\n')
		if line == "" && err != nil {
			if err != io.EOF {
				say(c.err, c.lang, inputUnread, err)
				return ExitFailed
			}
			return code
		}
		text := strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		// A JSON decoder would repair invalid UTF-8.
		if c.json && utf8.ValidString(text) {
			raw := text
			if err := json.Unmarshal([]byte(raw), &text); err != nil {
				say(c.err, c.lang, notJSONLine, n, err)
				c.answer(comment.Verdict{Action: comment.Refuse, Rule: "layout", Text: raw})
				code = ExitFailed
				continue
			}
		}
		c.answer(moderation.CheckText(c.rules, text, time.Now()))
		if in.Buffered() == 0 { // somebody may be typing
			_ = c.out.Flush() // an error persists and shows at the end
		}
	}
}

// answer writes one verdict. Text is the text as it would be shown.
func (c checker) answer(v comment.Verdict) {
	if !c.json {
		fmt.Fprintf(c.out, "%v\t%s\t%s\t%s\n", v.Action, v.Rule, printable(oneLine.Replace(v.Word)), printable(oneLine.Replace(v.Text)))
		return
	}
	enc := json.NewEncoder(c.out)
	enc.SetEscapeHTML(false)
	// This writes to memory that is flushed at the end: an error shows there.
	_ = enc.Encode(struct {
		Verdict string `json:"verdict"`
		Rule    string `json:"rule"`
		Word    string `json:"word"`
		Folded  string `json:"folded"`
		Text    string `json:"text"`
	}{v.Action.String(), v.Rule, v.Word, v.Folded, v.Text})
}

// oneLine keeps a refused text, which was not cleaned, from adding columns and lines.
var oneLine = strings.NewReplacer("\t", " ", "\n", " ", "\r", " ")
