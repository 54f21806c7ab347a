package main

import (
	"context"
	"os/exec"
	"strings"

	runs "danmaku/tools/about"
)

// about returns the conditions of a run: machine, date, commit, and the command. before is
// another build that is measured, too; it may be empty.
func about(ctx context.Context, before string, args []string) string {
	line := runs.Line(ctx, "flood", args)
	if before != "" {
		line += ", before: " + versionOf(ctx, before)
	}
	return line + "\n"
}

// versionOf returns the commit that a build reports.
func versionOf(ctx context.Context, program string) string {
	out, err := exec.CommandContext(ctx, program, "version").Output()
	if err != nil {
		return "unknown"
	}
	lines := strings.SplitN(string(out), "\n", 3)
	return strings.TrimSpace(strings.Join(lines[:min(len(lines), 2)], ", "))
}
