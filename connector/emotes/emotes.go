// Package emotes fetches the pictures of platforms' emotes and stores them on disk, so that
// overlays get them from this server and contact no other.
package emotes

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // formats whose sizes are checked
	_ "image/png"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	_ "golang.org/x/image/webp"

	"danmaku/cache"
)

// Bounds of the cache.
const (
	maxPicture  = 512 << 10 // bytes of one picture
	maxSide     = 1_024     // pixels: a few bytes may unpack to very many
	maxTotal    = 64 << 20  // bytes of all pictures
	fetchWithin = 10 * time.Second
	waitingMost = 256              // pictures that wait to be fetched
	fetchers    = 3                // at once
	failedFor   = 10 * time.Minute // until a failed one is fetched again
	failedMost  = 2_000
)

// Hosts are the only hosts from which pictures are fetched: those of platforms' emotes. One
// that begins with a dot includes all below it, if the platform owns all of them: below
// googleusercontent.com are anybody's machines and pages.
var Hosts = []string{"static-cdn.jtvnw.net", "yt3.ggpht.com", "yt4.ggpht.com", "yt3.googleusercontent.com", ".hdslb.com", "files.kick.com"}

// Cache stores pictures. Its methods are safe for concurrent use.
type Cache struct {
	dir   string
	http  *http.Client
	hosts []string
	log   *slog.Logger
	now   func() time.Time
	most  int64

	stop    context.CancelFunc
	running sync.WaitGroup
	queue   chan job
	changed func() // for tests: a fetch has ended; nil: not reported

	mu     sync.Mutex
	have   map[string]int64               // bytes, by name
	asked  map[string]bool                // waiting or being fetched
	failed cache.Cache[string, time.Time] // time of the failure
	total  int64
}

type job struct{ name, url string }

// Options configure a cache.
type Options struct {
	Dir   string            // made when the first picture arrives
	HTTP  http.RoundTripper // nil: the network
	Hosts []string          // nil: Hosts
	Log   *slog.Logger
	Now   func() time.Time // nil: the machine's clock
	Most  int64            // bytes of all pictures; 0: 64 MiB
}

var saneName = regexp.MustCompile(`^[0-9a-f]{32}$`)

// Open opens the cache of a folder, which need not exist yet.
func Open(o Options) *Cache {
	ctx, stop := context.WithCancel(context.Background())
	c := &Cache{
		dir: o.Dir, hosts: o.Hosts, log: o.Log, now: o.Now, most: cmp.Or(o.Most, maxTotal), stop: stop, queue: make(chan job, waitingMost),
		have: map[string]int64{}, asked: map[string]bool{},
	}
	if c.hosts == nil {
		c.hosts = Hosts
	}
	if c.now == nil {
		c.now = time.Now
	}
	c.failed = cache.New[string, time.Time](failedMost/2, failedFor, c.now())
	c.http = &http.Client{Transport: o.HTTP, Timeout: fetchWithin, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse // a redirect would lead to another host
	}}
	entries, _ := os.ReadDir(o.Dir) // none yet
	for _, e := range entries {
		if info, err := e.Info(); err == nil && saneName.MatchString(e.Name()) {
			c.have[e.Name()] = info.Size()
			c.total += info.Size()
		} else if strings.HasPrefix(e.Name(), "new-") {
			_ = os.Remove(filepath.Join(o.Dir, e.Name())) // an interrupted fetch
		}
	}
	for range fetchers {
		c.running.Go(func() { c.fetchAll(ctx) })
	}
	return c
}

// Close ends all fetches.
func (c *Cache) Close() {
	c.stop()
	c.running.Wait()
}

// Path returns the path of a picture on this server, or an empty string while it is
// missing: then it is fetched, for the next time. It never blocks.
func (c *Cache) Path(address string) string {
	if !c.allowed(address) {
		return ""
	}
	sum := sha256.Sum256([]byte(address))
	name := hex.EncodeToString(sum[:16])
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.have[name]; ok {
		return "/emotes/" + name
	}
	now := c.now()
	if at, ok := c.failed.Get(name, now); c.asked[name] || ok && now.Sub(at) < failedFor {
		return ""
	}
	select {
	case c.queue <- job{name, address}:
		c.asked[name] = true
	default: // the queue is full: another time
	}
	return ""
}

// allowed reports whether a URL is on one of the platforms' own hosts.
func (c *Cache) allowed(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.User != nil || u.Port() != "" || len(address) > 1000 {
		return false
	}
	host := strings.ToLower(u.Hostname())
	return slices.ContainsFunc(c.hosts, func(h string) bool {
		return host == h || strings.HasPrefix(h, ".") && strings.HasSuffix(host, h)
	})
}

// Picture returns a picture and its media type. ok is false for an unknown one.
func (c *Cache) Picture(name string) (picture []byte, mediaType string, ok bool) {
	if !saneName.MatchString(name) {
		return nil, "", false
	}
	b, err := os.ReadFile(filepath.Join(c.dir, name))
	if err != nil {
		return nil, "", false
	}
	kind := sniff(b)
	return b, kind, kind != ""
}

// Keep stores a picture that another machine has fetched under this name.
func (c *Cache) Keep(name string, picture []byte) error {
	if !saneName.MatchString(name) {
		return fmt.Errorf("invalid name of a picture: %q", name)
	}
	if err := sound(picture); err != nil {
		return err
	}
	return c.keep(name, picture)
}

func (c *Cache) fetchAll(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case j := <-c.queue:
			err := c.fetch(ctx, j)
			c.mu.Lock()
			delete(c.asked, j.name)
			if err != nil && ctx.Err() == nil {
				now := c.now()
				c.failed.Set(j.name, now, now)
				c.log.Debug("could not fetch an emote's picture", "err", err)
			}
			c.mu.Unlock()
			if c.changed != nil {
				c.changed()
			}
		}
	}
}

// fetch gets one picture and puts it in place as a whole.
func (c *Cache) fetch(ctx context.Context, j job) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, j.url, nil)
	if err != nil {
		return err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("answered %d", resp.StatusCode)
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxPicture+1))
	if err == nil {
		err = sound(b)
	}
	if err != nil {
		return err
	}
	return c.keep(j.name, b)
}

// sound returns nil for a picture that may be shown.
func sound(b []byte) error {
	switch {
	case len(b) > maxPicture:
		return errors.New("too large")
	case sniff(b) == "":
		return errors.New("neither PNG, GIF nor WebP")
	}
	if size, _, err := image.DecodeConfig(bytes.NewReader(b)); err != nil {
		return fmt.Errorf("cannot be read: %w", err)
	} else if max(size.Width, size.Height) > maxSide || min(size.Width, size.Height) == 0 {
		return fmt.Errorf("%d by %d pixels", size.Width, size.Height)
	}
	return nil
}

// sniff returns the media type of a picture by its first bytes, and ignores the server's
// claim.
func sniff(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return "image/png"
	case bytes.HasPrefix(b, []byte("GIF87a")), bytes.HasPrefix(b, []byte("GIF89a")):
		return "image/gif"
	case len(b) > 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return "image/webp"
	}
	return ""
}

// keep writes a picture, after deleting old ones if needed.
func (c *Cache) keep(name string, b []byte) error {
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(c.dir, "new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), filepath.Join(c.dir, name))
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.total += int64(len(b)) - c.have[name] // another machine may have sent it meanwhile
	c.have[name] = int64(len(b))
	if c.total > c.most {
		c.makeRoom()
	}
	return nil
}

// makeRoom deletes the oldest pictures until a tenth is free.
func (c *Cache) makeRoom() {
	type file struct {
		name string
		at   time.Time
	}
	var files []file
	for name := range c.have {
		if info, err := os.Stat(filepath.Join(c.dir, name)); err == nil {
			files = append(files, file{name, info.ModTime()})
		} else {
			c.total -= c.have[name]
			delete(c.have, name) // somebody deleted it
		}
	}
	slices.SortFunc(files, func(a, b file) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.name, b.name)) })
	for _, f := range files {
		if c.total <= c.most*9/10 {
			return
		}
		if err := os.Remove(filepath.Join(c.dir, f.name)); err != nil {
			c.log.Warn("could not delete an emote's old picture", "err", err)
			continue
		}
		c.total -= c.have[f.name]
		delete(c.have, f.name)
	}
}
