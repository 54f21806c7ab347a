package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"danmaku/config"
	"danmaku/show"
)

// TestFaultsOfFilesInLanguages runs commands over damaged files: what they say about a line is
// in the requested language, in the console's words.
func TestFaultsOfFilesInLanguages(t *testing.T) {
	list := filepath.Join(t.TempDir(), "rules.txt")
	if err := os.WriteFile(list, []byte("ok\nword => burn\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		lang config.Lang
		args []string
		want []string
	}{
		{config.English, []string{"check", "--rules", list}, []string{`rules, line 2: word => burn: after => write hold, mask or refuse, not "burn"`}},
		{config.Chinese, []string{"check", "--rules", list}, []string{"规则第 2 行：word => burn：=> 后面写 hold、mask 或 refuse，不能写“burn”。"}},
		{config.Japanese, []string{"check", "--rules", list}, []string{"ルールの 2 行目：word => burn：=> の後には hold、mask、refuse のどれかを書きます（「burn」は使えません）。"}},
		{config.Chinese, []string{"check", "--json"}, []string{"第 1 行不是 JSON 字符串"}},
		// With a key the command does not open the data folder, and no server listens there.
		{config.English, replayArgs("cut-off.xml"), []string{"line 4, column 1 is skipped: the comment has no end\n", "line 4, column 47: the file ends before it is complete"}},
		{config.Chinese, replayArgs("cut-off.xml"), []string{"跳过第 4 行第 1 列：", "第 4 行第 47 列："}},
		{config.Japanese, replayArgs("cut-off.xml"), []string{"4 行 1 桁を飛ばします：コメントの終わりがありません。\n", "4 行 47 桁：ファイルが途中で終わっています。"}},
	} {
		var out, errs bytes.Buffer
		code := Run(context.Background(), Env{
			Args: tt.args, Environ: []string{"DANMAKU_LANG=" + string(tt.lang)}, In: strings.NewReader("no string\n"), Out: &out, Err: &errs,
		}, os.DirFS("assets"))
		if code != ExitFailed {
			t.Errorf("%s %v: code %d", tt.lang, tt.args, code)
		}
		for _, want := range tt.want {
			if !strings.Contains(errs.String(), want) {
				t.Errorf("%s %v says\n%s\nwant %q", tt.lang, tt.args, errs.String(), want)
			}
		}
	}
}

func replayArgs(file string) []string {
	return []string{"replay", filepath.Join("export/testdata/imports", file), "--url", "http://127.0.0.1:1", "--key", "x", "--speed", "1000000"}
}

// TestFaultsOfDraws checks the sentence of every reason why a draw is invalid.
func TestFaultsOfDraws(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want [3]string
	}{
		{show.ErrSeed, [3]string{"not the one whose hash", "哈希不符", "ハッシュのものではありません"}},
		{fmt.Errorf("%w: damaged", show.ErrInvalid), [3]string{"missing or damaged", "已损坏", "壊れています"}},
		{&show.OutcomeError{Absent: "p1"}, [3]string{"p1 is said to have been absent", "p1 记为缺席", "p1 は不在"}},
		{&show.OutcomeError{Drawn: []string{"p1", "p2"}}, [3]string{"others among these people: p1, p2", "别人：p1, p2", "当たります：p1, p2"}},
	} {
		for i, lang := range []config.Lang{config.English, config.Chinese, config.Japanese} {
			if got := config.Localize(drawFault(tt.err), lang); !strings.Contains(got, tt.want[i]) {
				t.Errorf("%v in %s is %q, want %q", tt.err, lang, got, tt.want[i])
			}
		}
	}
}
