//go:build !nocluster

package cluster

import (
	"context"
	"errors"

	"github.com/nats-io/nats.go/jetstream"
)

// objects returns the store of long changes. It is created for the first of them: most logs
// have none.
func (l *Log) objects(ctx context.Context) (jetstream.ObjectStore, error) {
	l.opening.Lock()
	defer l.opening.Unlock()
	if l.blobs != nil {
		return l.blobs, nil
	}
	js, bucket := l.node.js, l.name+blobsSuffix
	blobs, err := js.ObjectStore(ctx, bucket)
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		var info *jetstream.StreamInfo
		if info, err = l.stream.Info(ctx); err != nil {
			return nil, err
		}
		blobs, err = js.CreateObjectStore(ctx, jetstream.ObjectStoreConfig{
			Bucket: bucket, Replicas: info.Config.Replicas, Storage: jetstream.FileStorage, TTL: logAge, MaxBytes: blobsBytes,
		})
	}
	if err == nil {
		l.blobs = blobs
	}
	return blobs, err
}

// putAside stores under a name what is too long for a message.
func (l *Log) putAside(ctx context.Context, name string, data []byte) error {
	blobs, err := l.objects(ctx)
	if err == nil {
		_, err = blobs.PutBytes(ctx, name, data)
	}
	return err
}

// fetchAside returns what [Log.putAside] stored.
func (l *Log) fetchAside(ctx context.Context, name string) ([]byte, error) {
	blobs, err := l.objects(ctx)
	if err != nil {
		return nil, err
	}
	return blobs.GetBytes(ctx, name)
}

// dropAside deletes what [Log.putAside] stored. If that fails, it is deleted because of its
// age.
func (l *Log) dropAside(ctx context.Context, name string) {
	if blobs, err := l.objects(ctx); err == nil {
		_ = blobs.Delete(ctx, name)
	}
}
