package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// about is what a run's figures hang on: machine, date, commit, and the command.
func (b bench) about(ctx context.Context, args []string) string {
	model := "unknown processor"
	if info, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if m := strings.TrimSpace(string(until(info, []byte("model name\t:"), '\n'))); m != "" {
			model = m
		}
	}
	load, _ := os.ReadFile("/proc/loadavg")
	kernel, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	line := fmt.Sprintf("%s: %d cores of %s, Linux %s, %s, load %s before the run; `flood bench %s`",
		time.Now().UTC().Format("2006-01-02 15:04 UTC"), runtime.NumCPU(), model, strings.TrimSpace(string(kernel)), runtime.Version(),
		strings.Join(strings.Fields(string(load))[:1], ""), strings.Join(args, " "))
	if commit := git(ctx, "describe", "--always", "--dirty"); b.before == "" {
		line += "; commit " + commit
	} else {
		line += "; commit " + commit + ", before: " + versionOf(ctx, b.before)
	}
	return line + "\n"
}

func git(ctx context.Context, args ...string) string {
	out, err := exec.CommandContext(ctx, "git", args...).Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}

// versionOf is the commit that a build was made of, as it says itself.
func versionOf(ctx context.Context, program string) string {
	out, err := exec.CommandContext(ctx, program, "version").Output()
	if err != nil {
		return "unknown"
	}
	lines := strings.SplitN(string(out), "\n", 3)
	return strings.TrimSpace(strings.Join(lines[:min(len(lines), 2)], ", "))
}
