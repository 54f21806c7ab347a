package client

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"net/url"

	"danmaku/server/wire"
)

// Export copies an export of a room to w, byte for byte as the server makes it. query has
// the parameters of the HTTP call. progress, unless nil, is called while the server makes
// the file; an export has no time limit but ctx. Errors: room.ErrInvalid with an
// explanation and room.ErrNotFound, before anything was written to w, and those of w.
func (c *Client) Export(ctx context.Context, roomID string, query url.Values, w io.Writer, progress func(done, all int)) (wire.ExportAccount, error) {
	if progress != nil {
		ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{Got1xxResponse: func(code int, h textproto.MIMEHeader) error {
			if code != http.StatusProcessing {
				return nil
			}
			done, all, err := wire.ReadExportProgress(http.Header(h))
			if err == nil {
				progress(done, all)
			}
			return err
		}})
	}
	r, err := c.request(ctx, http.MethodGet, "/api/rooms/"+url.PathEscape(roomID)+"/export?"+query.Encode(), nil)
	if err != nil {
		return wire.ExportAccount{}, err
	}
	if progress != nil {
		r.Header.Set(wire.ProgressHeader, "1")
	}
	untimed := *c.http
	untimed.Timeout = 0
	resp, err := untimed.Do(r)
	if err != nil {
		return wire.ExportAccount{}, fmt.Errorf("ask the running server: %w", err)
	}
	defer resp.Body.Close()
	if err := refusal(resp); err != nil {
		return wire.ExportAccount{}, err
	}
	account, err := wire.ReadExportAccount(resp.Header)
	if err != nil {
		return wire.ExportAccount{}, fmt.Errorf("read the server's answer: %w", err)
	}
	if _, err := io.Copy(w, resp.Body); err != nil {
		return account, fmt.Errorf("copy the export: %w", err)
	}
	return account, nil
}

// ExportItems copies a file of what a room has shown besides comments to w. query has the
// parameters of the HTTP call. Errors: room.ErrInvalid with an explanation and
// room.ErrNotFound, before anything was written to w, and those of w.
func (c *Client) ExportItems(ctx context.Context, roomID string, query url.Values, w io.Writer) error {
	return c.copyFile(ctx, "/api/rooms/"+url.PathEscape(roomID)+"/items/export?"+query.Encode(), w)
}

// Report copies the report of a room's show to w; the server has the pages. Errors are
// those of [Client.ExportItems].
func (c *Client) Report(ctx context.Context, roomID string, query url.Values, _ fs.FS, w io.Writer) error {
	return c.copyFile(ctx, "/api/rooms/"+url.PathEscape(roomID)+"/report?"+query.Encode(), w)
}

// copyFile copies a file that the server makes at once.
func (c *Client) copyFile(ctx context.Context, target string, w io.Writer) error {
	r, err := c.request(ctx, http.MethodGet, target, nil)
	if err != nil {
		return err
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return fmt.Errorf("ask the running server: %w", err)
	}
	defer resp.Body.Close()
	if err := refusal(resp); err != nil {
		return err
	}
	if _, err := io.Copy(w, resp.Body); err != nil {
		return fmt.Errorf("copy the export: %w", err)
	}
	return nil
}
