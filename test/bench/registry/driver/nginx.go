package main

import (
	"fmt"
	"os"
)

// The peer that serves the same bytes from files.
type nginx struct {
	*process
	port int
}

func (n *nginx) url(file string) string { return fmt.Sprintf("http://127.0.0.1:%d/%s", n.port, file) }

func startNginx(work string) (*nginx, error) {
	n := &nginx{port: freePort()}
	if err := os.MkdirAll(work+"/static", 0o755); err != nil {
		return nil, err
	}
	// Its workers are another user than the one that made the folder.
	if err := os.Chmod(work, 0o755); err != nil {
		return nil, err
	}
	config := fmt.Sprintf(`daemon off; worker_processes 2; pid %[1]s/nginx.pid; error_log stderr crit;
events { worker_connections 2048; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 10000000; open_file_cache max=100; default_type application/json;
  server { listen 127.0.0.1:%[2]d; root %[1]s/static; }
}
`, work, n.port)
	if err := os.WriteFile(work+"/nginx.conf", []byte(config), 0o644); err != nil {
		return nil, err
	}
	var err error
	n.process, err = start(work+"/nginx.log", nil, "nginx", "-c", work+"/nginx.conf", "-p", work)
	return n, err
}
