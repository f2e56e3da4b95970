package main

import (
	"bufio"
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync"

	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"time"
)

// proxy stands between a controller and the API server, and can hold back the watches on Widgets and end them with 410.
type proxy struct {
	kubeconfig string // for those who are to go through it
	server     *httptest.Server
	api        *api

	mutex   sync.Mutex
	watches map[*watch]bool
}

type watch struct {
	mutex  sync.Mutex
	frozen bool
	expire chan struct{}
}

const expired = `{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",` +
	`"message":"too old resource version: 1 (2)","reason":"Expired","code":410}}` + "\n"

func newProxy(a *api) (*proxy, error) {
	target, err := url.Parse(a.config.Host)
	if err != nil {
		return nil, err
	}
	p := &proxy{api: a, watches: map[*watch]bool{}}
	forward := &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport:     a.client.Transport,
		FlushInterval: -1,
	}
	p.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/widgets") && r.URL.Query().Get("watch") != "" {
			p.watch(w, r)
		} else {
			forward.ServeHTTP(w, r)
		}
	}))
	authority, certificate, err := selfSigned()
	if err != nil {
		return nil, err
	}
	p.server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	p.server.EnableHTTP2 = true
	p.server.StartTLS()
	file, err := os.CreateTemp("", "bench-proxy-*.kubeconfig")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	p.kubeconfig = file.Name()
	_, err = fmt.Fprintf(file, `apiVersion: v1
kind: Config
current-context: proxy
contexts: [{name: proxy, context: {cluster: proxy, user: nobody}}]
clusters: [{name: proxy, cluster: {server: %q, certificate-authority-data: %s}}]
users: [{name: nobody, user: {token: none}}]
`, p.server.URL, base64.StdEncoding.EncodeToString(authority))
	return p, err
}

func (p *proxy) close() {
	p.server.CloseClientConnections()
	p.server.Close()
	_ = os.Remove(p.kubeconfig)
}

func (p *proxy) watch(w http.ResponseWriter, r *http.Request) {
	request, err := http.NewRequestWithContext(r.Context(), "GET", p.api.config.Host+r.URL.RequestURI(), nil)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	request.Header.Set("Accept", r.Header.Get("Accept"))
	response, err := p.api.client.Do(request)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer response.Body.Close()
	w.Header().Set("Content-Type", response.Header.Get("Content-Type"))
	w.WriteHeader(response.StatusCode)
	_ = http.NewResponseController(w).Flush()

	current := &watch{expire: make(chan struct{})}
	p.mutex.Lock()
	p.watches[current] = true
	p.mutex.Unlock()
	defer func() {
		p.mutex.Lock()
		delete(p.watches, current)
		p.mutex.Unlock()
	}()
	copied := make(chan struct{})
	go func() {
		defer close(copied)
		current.copyLines(w, bufio.NewReaderSize(response.Body, 1<<16))
	}()
	select {
	case <-copied:
	case <-current.expire: // copyLines writes nothing more
		_, _ = w.Write([]byte(expired))
		_ = http.NewResponseController(w).Flush()
		response.Body.Close()
		<-copied
	}
}

// copyLines flushes when there is no more to be had at once.
func (c *watch) copyLines(w http.ResponseWriter, from *bufio.Reader) {
	var batch bytes.Buffer
	for {
		line, err := from.ReadBytes('\n')
		if err != nil {
			return
		}
		batch.Write(line)
		if from.Buffered() > 0 && batch.Len() < 1<<16 {
			continue
		}
		c.mutex.Lock()
		if !c.frozen {
			_, _ = w.Write(batch.Bytes())
			_ = http.NewResponseController(w).Flush()
		}
		c.mutex.Unlock()
		batch.Reset()
	}
}

// freeze holds back what the watches on Widgets would say, until they are expired.
func (p *proxy) freeze() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for current := range p.watches {
		current.mutex.Lock()
		current.frozen = true
		current.mutex.Unlock()
	}
}

// expire ends the frozen watches with 410.
func (p *proxy) expire() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for current := range p.watches {
		close(current.expire)
	}
}

// selfSigned answers the PEM of an authority, and a certificate of it for 127.0.0.1.
func selfSigned() ([]byte, tls.Certificate, error) {
	var none tls.Certificate
	authorityKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, none, err
	}
	authority := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "bench"}, IsCA: true,
		BasicConstraintsValid: true, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		KeyUsage: x509.KeyUsageCertSign}
	authorityBytes, err := x509.CreateCertificate(rand.Reader, authority, authority, authorityKey.Public(), authorityKey)
	if err != nil {
		return nil, none, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, none, err
	}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "bench-proxy"},
		NotBefore: authority.NotBefore, NotAfter: authority.NotAfter, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	leafBytes, err := x509.CreateCertificate(rand.Reader, leaf, authority, key.Public(), authorityKey)
	if err != nil {
		return nil, none, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authorityBytes}),
		tls.Certificate{Certificate: [][]byte{leafBytes}, PrivateKey: key}, nil
}
