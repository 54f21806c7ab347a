package server

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"danmaku/comment"
)

// file is one asset, ready to be sent.
type file struct {
	mime   string
	plain  []byte
	packed []byte // gzip; nil when that is not smaller
}

// assets is the whole tree under one hash: what changes gets a new address, so
// everything may be kept for ever.
type assets struct {
	base  string // "/a/<hash>"
	files map[string]file
}

// types that the machine's own tables may lack or spell otherwise.
var types = map[string]string{
	".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
	".json": "application/json", ".webmanifest": "application/manifest+json", ".png": "image/png",
}

// readAssets reads and packs every file that pages may load.
func readAssets(tree fs.FS) (*assets, error) {
	a := &assets{files: map[string]file{}}
	sum := sha256.New()
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) == ".html" || path.Ext(name) == ".md" {
			return err
		}
		b, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		fmt.Fprintf(sum, "%s\x00%d\x00", name, len(b))
		sum.Write(b)
		t := types[path.Ext(name)]
		if t == "" {
			t = mime.TypeByExtension(path.Ext(name))
		}
		a.files[name] = file{mime: t, plain: b, packed: pack(b)}
		return nil
	})
	if err != nil {
		return nil, err
	}
	a.base = "/a/" + strings.ToLower(base32.StdEncoding.EncodeToString(sum.Sum(nil)[:10]))
	return a, nil
}

func pack(b []byte) []byte {
	var buf bytes.Buffer
	z, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err != nil {
		panic(err) // the level is a constant
	}
	_, _ = z.Write(b) // to memory: cannot fail
	_ = z.Close()
	if buf.Len() >= len(b) {
		return nil
	}
	return buf.Bytes()
}

// send answers with the file, packed where the client takes that.
func (f file) send(c echo.Context) error {
	h := c.Response().Header()
	h.Set("Vary", "Accept-Encoding")
	b := f.plain
	if f.packed != nil && acceptsGzip(c.Request()) {
		h.Set("Content-Encoding", "gzip")
		b = f.packed
	}
	h.Set("Content-Length", strconv.Itoa(len(b)))
	return c.Blob(http.StatusOK, f.mime, b)
}

func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		coding, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if coding == "gzip" && strings.TrimSpace(q) != "q=0" {
			return true
		}
	}
	return false
}

// asset is GET /a/{hash}/…: for ever under its hash. A page that was loaded
// before a restart asks under an old one; it gets the new file, not to be kept.
func (s *Server) asset(c echo.Context) error {
	f, ok := s.pages.assets.files[c.Param("*")]
	if !ok {
		return comment.ErrNotFound
	}
	cache := "public, max-age=31536000, immutable"
	if "/a/"+c.Param("hash") != s.pages.assets.base {
		cache = "no-cache"
	}
	c.Response().Header().Set("Cache-Control", cache)
	return f.send(c)
}

func (s *Server) favicon(c echo.Context) error {
	f, ok := s.pages.assets.files["shared/mark.svg"]
	if !ok {
		return comment.ErrNotFound
	}
	c.Response().Header().Set("Cache-Control", "public, max-age=86400")
	return f.send(c)
}

var importPath = regexp.MustCompile(`(?m)^\s*(?:import|export)\s(?:[^'"]*?\sfrom\s*)?['"](\.[^'"]+)['"]`)

// modules lists the modules that a page's main.js needs, itself first, so that
// the browser asks for all of them at once.
func (a *assets) modules(main string) []string {
	found := []string{main}
	for i := 0; i < len(found); i++ {
		for _, m := range importPath.FindAllSubmatch(a.files[found[i]].plain, -1) {
			next := path.Join(path.Dir(found[i]), string(m[1]))
			if _, ok := a.files[next]; ok && !slices.Contains(found, next) {
				found = append(found, next)
			}
		}
	}
	return found
}
