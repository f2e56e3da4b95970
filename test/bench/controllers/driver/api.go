package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

const (
	widgetsPath   = "/apis/bench.mcpregistry.dev/v1/namespaces/%s/widgets"
	configMapPath = "/api/v1/namespaces/%s/configmaps"
	writers       = 8
)

// api is the driver's own, plain client: bytes out, bytes in.
type api struct {
	config *rest.Config
	client *http.Client
}

func newAPI(kubeconfig string) (*api, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	config.UserAgent = "bench-driver"
	client, err := rest.HTTPClientFor(config)
	return &api{config, client}, err
}

func (a *api) do(method, path, contentType, body string) ([]byte, error) {
	request, err := http.NewRequest(method, a.config.Host+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", contentType)
	response, err := a.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: %s: %s", method, path, response.Status, bytes.TrimSpace(answer))
	}
	return answer, err
}

func (a *api) createNamespace(name string) error {
	_, err := a.do("POST", "/api/v1/namespaces", "application/json",
		fmt.Sprintf(`{"apiVersion":"v1","kind":"Namespace","metadata":{"name":%q}}`, name))
	return err
}

// create posts count objects, made by body from their numbers.
func (a *api) create(path string, count int, body func(int) string) error {
	return inParallel(count, func(i int) error {
		_, err := a.do("POST", path, "application/json", body(i))
		return err
	})
}

// waitServed blocks until Widgets can be watched, which takes a moment after their CRD is made.
func (a *api) waitServed(limit time.Duration) error {
	deadline := time.Now().Add(limit)
	for {
		_, err := a.do("GET", fmt.Sprintf(widgetsPath, "default")+"?watch=1&timeoutSeconds=1", "", "")
		if err == nil || time.Now().After(deadline) {
			return err
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// touch stamps a Widget with the time.
func (a *api) touch(namespace, name string) error {
	_, err := a.do("PATCH", fmt.Sprintf(widgetsPath, namespace)+"/"+name, "application/merge-patch+json",
		fmt.Sprintf(`{"metadata":{"annotations":{"bench.mcpregistry.dev/sent":"%d"}}}`, time.Now().UnixNano()))
	return err
}

// waitReady blocks until so many Widgets of the namespace say in their status that all is done. A server under load ends watches
// that fall behind, so one that ends is begun again: it starts with what is there.
func (a *api) waitReady(namespace string, count int, limit time.Duration) (time.Time, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	ready := map[string]bool{}
	for {
		err := a.watchReady(ctx, namespace, count, ready)
		if err == nil {
			return time.Now(), nil
		}
		if ctx.Err() != nil || !errors.Is(err, io.EOF) {
			return time.Time{}, fmt.Errorf("%d of %d Widgets in %s became ready within %v: %w", len(ready), count, namespace, limit, err)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// watchReady adds the Widgets that are ready until there are count of them, or the watch ends.
func (a *api) watchReady(ctx context.Context, namespace string, count int, ready map[string]bool) error {
	return a.watch(ctx, fmt.Sprintf(widgetsPath, namespace), func(object []byte) bool {
		var widget struct {
			Metadata struct{ Name string }
			Spec     struct{ Children int }
			Status   *struct{ Ready int }
		}
		if json.Unmarshal(object, &widget) == nil && widget.Status != nil && widget.Status.Ready == widget.Spec.Children {
			ready[widget.Metadata.Name] = true
		}
		return len(ready) == count
	})
}

// watch gives every object that is there, and then each that changes, until the function has enough or the server ends it (io.EOF).
func (a *api) watch(ctx context.Context, path string, object func([]byte) (enough bool)) error {
	request, err := http.NewRequestWithContext(ctx, "GET", a.config.Host+path+"?watch=1", nil)
	if err != nil {
		return err
	}
	response, err := a.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	lines := bufio.NewReaderSize(response.Body, 1<<16)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return err
		}
		var event struct{ Object json.RawMessage }
		if err := json.Unmarshal(line, &event); err != nil {
			return err
		}
		if object(event.Object) {
			return nil
		}
	}
}

func inParallel(count int, work func(int) error) error {
	var (
		next   atomic.Int64
		group  sync.WaitGroup
		mutex  sync.Mutex
		failed error
	)
	for range writers {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < count; i = int(next.Add(1)) - 1 {
				if err := work(i); err != nil {
					mutex.Lock()
					failed = errors.Join(failed, err)
					mutex.Unlock()
					return
				}
			}
		})
	}
	group.Wait()
	return failed
}
