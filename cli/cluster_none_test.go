//go:build nocluster

package cli

import (
	"strings"
	"testing"
)

// A build without a cluster has the commands, and each reports that it cannot run.
func TestTheCommandsOfAClusterSayThatThereIsNone(t *testing.T) {
	for _, args := range []string{"init", "invite", "join dm1-x", "status", "leave", "alone"} {
		for lang, want := range map[string]string{"en": noClusterHere.English, "zh_CN.UTF-8": noClusterHere.Chinese, "ja_JP.UTF-8": noClusterHere.Japanese} {
			code, out, errs := runCommand(t, []string{"LANG=" + lang}, append([]string{"cluster"}, strings.Fields(args+" --data "+t.TempDir())...)...)
			if code != ExitFailed || out != "" || errs != "danmaku: "+want+"\n" {
				t.Errorf("%s in %s: %d, %q, %q", args, lang, code, out, errs)
			}
		}
	}
}
