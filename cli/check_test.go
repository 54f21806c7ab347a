package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// runCheck runs `danmaku check` and returns its exit code.
func runCheck(args []string, in io.Reader, out, errs io.Writer) int {
	return run(context.Background(), Env{Args: append([]string{"check"}, args...), In: in, Out: out, Err: errs})
}

func TestCheckCommand(t *testing.T) {
	good := filepath.Join(t.TempDir(), "rules.txt")
	bad := filepath.Join(t.TempDir(), "bad.txt")
	for name, text := range map[string]string{good: "fuck\nmeow => mask\nwoof => hold\n!good fuck\n", bad: "ok\n/(/\nx => burn\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name         string
		args         []string
		in, out, err string
		code         int
	}{
		{"plain", []string{"--rules", good}, "hello\nf.u.c.k\nmeow you\nwoof\r\na good fuck", "pass\t\t\thello\nhold\twords\tfuck\tf.u.c.k\nmask\twords\tmeow\t**** you\nhold\twords\twoof\twoof\npass\t\t\ta good fuck\n", "", 0},
		{"shipped list", nil, "nice\nfuck\n", "pass\t\t\tnice\nrefuse\tstarter\tfuck\tfuck\n", "", 0},
		{"not UTF-8", nil, "a\xffb\n", "refuse\tlayout\t\ta\uFFFDb\n", "", 0},
		{"empty line", nil, "\n", "refuse\tlayout\t\t\n", "", 0},
		{"json", []string{"--json", "--rules", good}, `"f\nu\nc\nk <b>"` + "\n", `{"verdict":"hold","rule":"words","word":"fuck","folded":"f u c k <b>","text":"f u c k <b>"}` + "\n", "", 0},
		{"no json", []string{"--json"}, "hello\n\"a\"\n", `{"verdict":"refuse","rule":"layout","word":"","folded":"","text":"hello"}` + "\n" + `{"verdict":"pass","rule":"","word":"","folded":"a","text":"a"}` + "\n", "line 1 is not a JSON string", 1},
		{"controls for a terminal", []string{"--rules", good}, "hi\x1b[2J\u009b\u202e\x07\n", "refuse\tlayout\t\thi[2J\n", "", 0},
		{"bad rules", []string{"--rules", bad}, "hello\n", "", "line 2", 1},
		{"no such rules", []string{"--rules", "/does/not/exist"}, "hello\n", "", "there is no file /does/not/exist", 1},
		{"a folder of rules", []string{"--rules", t.TempDir()}, "hello\n", "", "is a folder; name a file in it", 1},
		{"unknown flag", []string{"--rule", "x"}, "", "", "--rule: there is no such option; did you mean --rules?", 2},
		{"too many words", []string{"x"}, "", "", `unexpected argument "x"`, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out, errOut bytes.Buffer
			code := runCheck(tt.args, strings.NewReader(tt.in), &out, &errOut)
			if code != tt.code || out.String() != tt.out {
				t.Errorf("code %d, want %d; out\n%q, want\n%q", code, tt.code, out.String(), tt.out)
			}
			if !strings.Contains(errOut.String(), tt.err) || tt.err == "" && errOut.Len() > 0 {
				t.Errorf("standard error %q, want it to have %q", errOut.String(), tt.err)
			}
		})
	}
}

// The list of evasions, run through the command.
func TestCheckCommandAnswersEveryLine(t *testing.T) {
	list, err := os.ReadFile("moderation/testdata/evasion.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var in, out, errOut bytes.Buffer
	rows := strings.Split(strings.TrimSpace(string(list)), "\n")[1:]
	for _, row := range rows {
		input, _, _ := strings.Cut(row, "\t")
		text, err := strconv.Unquote(`"` + strings.ReplaceAll(input, `"`, `\"`) + `"`)
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		in.Write(append(b, '\n'))
	}
	if code := runCheck([]string{"--json", "--rules", "moderation/testdata/evasion-rules.txt"}, &in, &out, &errOut); code != 0 {
		t.Fatalf("code %d: %s", code, errOut.String())
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != len(rows) {
		t.Fatalf("%d answers to %d lines", len(lines), len(rows))
	}
	for i, line := range lines {
		var v struct{ Verdict string }
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatalf("line %d: %v", i+1, err)
		}
		f := strings.Split(rows[i], "\t")
		if hard := strings.HasPrefix(f[3], "hard"); !hard && (v.Verdict == "pass") != (f[1] == "allow") {
			t.Errorf("%q: %s", f[0], v.Verdict)
		}
	}
}
