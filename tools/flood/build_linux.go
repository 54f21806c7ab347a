package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// buildDanmaku builds the program of the working folder into dir and returns its file.
func buildDanmaku(ctx context.Context, dir string) (string, error) {
	program := filepath.Join(dir, "danmaku")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", program, ".")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return "", fmt.Errorf("build danmaku (start flood in its folder): %w", err)
	}
	return program, nil
}
