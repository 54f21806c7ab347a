// Package about describes the conditions of a run, so that each table of figures names them in
// the same words.
package about

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// Line returns the time, the machine, its load, the command and the commit of the source in
// the working folder. Unreadable values are left out or called unknown.
func Line(ctx context.Context, program string, args []string) string {
	system := runtime.GOOS
	if kernel := strings.TrimSpace(read("/proc/sys/kernel/osrelease")); kernel != "" {
		system = "Linux " + kernel
	}
	load := ""
	if fields := strings.Fields(read("/proc/loadavg")); len(fields) > 0 {
		load = ", load " + fields[0] + " before the run"
	}
	return fmt.Sprintf("%s: %d cores of %s, %s, %s%s; `%s`; commit %s",
		time.Now().UTC().Format("2006-01-02 15:04 UTC"), runtime.NumCPU(), processor(), system, runtime.Version(), load,
		strings.Join(append([]string{program}, args...), " "), commit(ctx))
}

// read returns the content of a system file; "" if there is none.
func read(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return string(b)
}

func processor() string {
	for line := range strings.Lines(read("/proc/cpuinfo")) {
		if name, model, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(model)
		}
	}
	return "an unknown processor"
}

func commit(ctx context.Context) string {
	out, err := exec.CommandContext(ctx, "git", "describe", "--always", "--dirty").Output()
	if err != nil {
		return "unknown"
	}
	return string(bytes.TrimSpace(out))
}
