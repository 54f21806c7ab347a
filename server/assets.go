package server

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip" // a hundredth shorter than the standard one
	"github.com/labstack/echo/v4"

	"danmaku/room"
)

// file is one asset, ready to be sent.
type file struct {
	mime string
	body
}

// body is some bytes and their compressed forms, each made for the first client that
// accepts it; a form that is not shorter is nil.
type body struct {
	plain        []byte
	gzip, brotli func() []byte
}

// assets is the whole tree under one hash: a change gives a new URL, so clients may cache
// everything forever.
type assets struct {
	base    string // "/a/<hash>"
	files   map[string]file
	imports map[string][]string // module -> the modules that it imports; see importsOf
}

// types that the machine's own tables may lack or spell differently.
var types = map[string]string{
	".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
	".json": "application/json", ".webmanifest": "application/manifest+json", ".png": "image/png",
}

// readAssets reads and compresses every file that pages may load.
func readAssets(tree fs.FS) (*assets, error) {
	a := &assets{files: map[string]file{}, imports: map[string][]string{}}
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
		a.files[name] = file{mime: t, body: pack(b)}
		return nil
	})
	if err != nil {
		return nil, err
	}
	a.base = "/a/" + strings.ToLower(base32.StdEncoding.EncodeToString(sum.Sum(nil)[:10]))
	return a, nil
}

// brotliQuality is the highest quality that compresses all files within a tenth of a
// second; the best (11) would save a twelfth more and take ten times as long.
const brotliQuality = 5

// pack returns b with its compressed forms, which are made on demand.
func pack(b []byte) body {
	return body{b, sync.OnceValue(func() []byte { return gzipped(b) }), sync.OnceValue(func() []byte { return brotlied(b) })}
}

// A compressor allocates far more memory than a page has, so pages that are made for one
// request share some.
var (
	gzips = sync.Pool{New: func() any {
		z, err := gzip.NewWriterLevel(nil, gzip.BestCompression)
		if err != nil {
			panic(err) // the level is a constant
		}
		return z
	}}
	brotlis = sync.Pool{New: func() any { return brotli.NewWriterLevel(nil, brotliQuality) }}
)

func gzipped(b []byte) []byte {
	z := gzips.Get().(*gzip.Writer)
	defer gzips.Put(z)
	return shorter(z, b)
}

func brotlied(b []byte) []byte {
	z := brotlis.Get().(*brotli.Writer)
	defer brotlis.Put(z)
	return shorter(z, b)
}

// compressor is a writer that can begin anew.
type compressor interface {
	io.WriteCloser
	Reset(to io.Writer)
}

// shorter writes b through z and returns the result when it is shorter than b.
func shorter(z compressor, b []byte) []byte {
	var out bytes.Buffer
	z.Reset(&out)
	_, _ = z.Write(b) // to memory: cannot fail
	_ = z.Close()
	if out.Len() >= len(b) {
		return nil
	}
	return out.Bytes()
}

// best returns the shortest form that the client accepts.
func (b body) best(r *http.Request) (coding string, packed []byte) {
	takes := codings(r)
	if takes["br"] {
		if packed = b.brotli(); packed != nil {
			return "br", packed
		}
	}
	if takes["gzip"] {
		if packed = b.gzip(); packed != nil {
			return "gzip", packed
		}
	}
	return "", b.plain
}

// codings returns the encodings that the client accepts.
func codings(r *http.Request) map[string]bool {
	takes := map[string]bool{}
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		coding, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		weight, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(q), "q="), 64)
		takes[strings.ToLower(coding)] = q == "" || err == nil && weight > 0
	}
	return takes
}

// sendPage sends bytes that were made for this request.
func sendPage(c echo.Context, status int, html []byte) error {
	return pack(html).send(c, status, echo.MIMETextHTMLCharsetUTF8)
}

// send sends the bytes, compressed if the client accepts that.
func (b body) send(c echo.Context, status int, mime string) error {
	h := c.Response().Header()
	h.Set("Vary", "Accept-Encoding")
	coding, packed := b.best(c.Request())
	if coding != "" {
		h.Set("Content-Encoding", coding)
	}
	h.Set("Content-Length", strconv.Itoa(len(packed)))
	return c.Blob(status, mime, packed)
}

// asset handles GET /a/{hash}/…: cacheable forever under its hash. A page that was loaded
// before a restart uses an old hash; it gets the new file, which is not cacheable.
func (s *Server) asset(c echo.Context) error {
	f, ok := s.opt.Pages.assets.files[c.Param("*")]
	if !ok {
		return room.ErrNotFound
	}
	cache := "public, max-age=31536000, immutable"
	if "/a/"+c.Param("hash") != s.opt.Pages.assets.base {
		cache = "no-cache"
	}
	c.Response().Header().Set("Cache-Control", cache)
	return f.send(c, http.StatusOK, f.mime)
}

func (s *Server) favicon(c echo.Context) error {
	f, ok := s.opt.Pages.assets.files["shared/mark.svg"]
	if !ok {
		return room.ErrNotFound
	}
	c.Response().Header().Set("Cache-Control", "public, max-age=86400")
	return f.send(c, http.StatusOK, f.mime)
}

var importPath = regexp.MustCompile(`^(?:import\b|export\s*[{*])(?:[^'"]*?\bfrom\b)?\s*['"](\.[^'"]+)['"]`)

// modules lists the modules that a page's main.js needs, itself first, so that the browser
// requests all of them at once.
func (a *assets) modules(main string) []string {
	found := []string{main}
	for i := 0; i < len(found); i++ {
		for _, next := range a.importsOf(found[i]) {
			if !slices.Contains(found, next) {
				found = append(found, next)
			}
		}
	}
	return found
}

// importsOf lists the modules that a module imports. Most pages share most modules, so it
// searches each once. It is not safe for concurrent use.
func (a *assets) importsOf(module string) []string {
	imports, known := a.imports[module]
	if known {
		return imports
	}
	for rest := a.files[module].plain; len(rest) > 0; {
		statement, _, _ := bytes.Cut(rest, []byte(";")) // only here; most lines begin no statement
		if line := bytes.TrimLeft(statement, " \t"); bytes.HasPrefix(line, []byte("import")) || bytes.HasPrefix(line, []byte("export")) {
			if m := importPath.FindSubmatch(line); m != nil {
				next := path.Join(path.Dir(module), string(m[1]))
				if _, ok := a.files[next]; ok {
					imports = append(imports, next)
				}
			}
		}
		_, rest, _ = bytes.Cut(rest, []byte("\n"))
	}
	a.imports[module] = imports
	return imports
}
