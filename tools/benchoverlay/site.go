package main

import (
	"context"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
)

var (
	//go:embed page.html
	pageHTML string
	//go:embed engines.js
	enginesJS []byte
)

// serve serves a page for each engine: the overlay's own for ours, a plain one with the
// library's files for the others.
func serve(ctx context.Context, s settings, errs io.Writer) (*httptest.Server, error) {
	modules, err := install(ctx, s, errs)
	if err != nil {
		return nil, err
	}
	plain, err := template.New("page").Parse(pageHTML)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /npm/", http.StripPrefix("/npm/", http.FileServer(http.Dir(modules))))
	mux.HandleFunc("GET /engines.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		w.Write(enginesJS)
	})
	if err := serveOurs(mux, "", "."); err != nil {
		return nil, err
	}
	if s.before != "" {
		if err := serveOurs(mux, "/before", s.before); err != nil {
			return nil, err
		}
	}
	for _, e := range s.engines {
		mux.HandleFunc("GET /engine/"+e.name, func(w http.ResponseWriter, _ *http.Request) {
			plain.Execute(w, map[string]any{"Scripts": e.scripts, "Styles": e.styles})
		})
	}
	return httptest.NewServer(mux), nil
}

// serveOurs serves the overlay and the chat box of a checkout below a path.
func serveOurs(mux *http.ServeMux, below, checkout string) error {
	assets := filepath.Join(checkout, "assets")
	pages, err := template.ParseFiles(filepath.Join(assets, "overlay", "index.html"), filepath.Join(assets, "overlay", "chat.html"))
	if err != nil {
		return fmt.Errorf("%s is not the top of the repository: %w", checkout, err)
	}
	mux.Handle("GET "+below+"/a/", http.StripPrefix(below+"/a/", http.FileServer(http.Dir(assets))))
	for path, name := range map[string]string{"overlay": "index.html", "chat": "chat.html"} {
		mux.HandleFunc("GET "+below+"/"+path, func(w http.ResponseWriter, _ *http.Request) {
			type room struct{ ID, Title string }
			pages.ExecuteTemplate(w, name, map[string]any{"Base": below + "/a", "Lang": "zh-CN", "Room": room{"bench", ""}, "Modules": []string{}})
		})
	}
	return nil
}

// install fetches the libraries at their pinned versions with npm, without running their
// scripts, once into the user's cache.
func install(ctx context.Context, s settings, errs io.Writer) (string, error) {
	if s.modules != "" {
		return s.modules, nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "danmaku-bench-overlay")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	args := []string{"install", "--prefix", dir, "--ignore-scripts", "--no-audit", "--no-fund", "--save-exact"}
	for _, e := range s.engines {
		if e.version != "" {
			args = append(args, e.pkg()+"@"+e.version)
		}
	}
	cmd := exec.CommandContext(ctx, "npm", args...)
	cmd.Stdout, cmd.Stderr = errs, errs
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("install the libraries: %w", err)
	}
	return filepath.Join(dir, "node_modules"), nil
}
