package browser

import (
	"os"
	"path/filepath"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// Downloads saves the tab's downloads in a folder of the test. The function
// that it returns waits for the next file and reads it.
func (p *Page) Downloads() (next func() (name string, text []byte)) {
	p.t.Helper()
	folder := p.t.TempDir()
	info := Call(p, target.GetTargetInfo, target.GetTargetInfoParams{}).TargetInfo
	names := map[string]string{} // by the browser's own name for a download
	done := make(chan string, 16)
	err := chromedp.Listen(p.Ctx, func(event any) {
		switch e := event.(type) {
		case *cdpbrowser.EventDownloadWillBegin:
			p.mu.Lock()
			names[e.GUID] = e.SuggestedFilename
			p.mu.Unlock()
		case *cdpbrowser.EventDownloadProgress:
			p.mu.Lock()
			name, ours := names[e.GUID]
			p.mu.Unlock()
			if ours && e.State == cdpbrowser.DownloadProgressStateCompleted {
				done <- name
			}
		}
	})
	if err != nil {
		p.t.Fatalf("listen to a tab: %v", err)
	}
	events := true
	Call(p, cdpbrowser.SetDownloadBehavior, cdpbrowser.SetDownloadBehaviorParams{
		Behavior: cdpbrowser.SetDownloadBehaviorBehaviorAllow, BrowserContextID: info.BrowserContextID, DownloadPath: folder, EventsEnabled: &events,
	})
	return func() (string, []byte) {
		p.t.Helper()
		select {
		case name := <-done:
			text, err := os.ReadFile(filepath.Join(folder, name))
			if err != nil {
				p.t.Fatalf("read a download: %v", err)
			}
			return name, text
		case <-time.After(time.Minute):
			p.t.Fatalf("nothing was downloaded; the page reported: %q", p.Faults())
		}
		return "", nil
	}
}
